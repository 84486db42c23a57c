"""Builds every case without training it: finds what cannot work before anything runs."""

import json
from collections.abc import Iterable

import torch

from bench.catalog import resolve
from bench.errors import BenchError
from bench.records import DataSpec
from bench.signature import ParameterError
from bench.stages.build import build_dataset, build_model, exports_of
from bench.stages.request import CaseRequest, Problem


def check_cases(requests: list[CaseRequest], fetch: bool) -> list[Problem]:
    """Every problem of every case.

    :param fetch: also let every dataset fetch its files
    """
    specs = _Specs(fetch)
    problems = [problem for request in requests for problem in _check(request, specs)]
    return problems or list(_check_runtimes(requests[0]))


class _Specs:
    """The datasets' specifications, each dataset built once."""

    def __init__(self, fetch: bool) -> None:
        self._fetch = fetch
        self._known: dict[str, DataSpec] = {}

    def of(self, request: CaseRequest) -> DataSpec:
        key = json.dumps([request.dataset.name, request.data_params], sort_keys=True, default=str)
        if key not in self._known:
            data = build_dataset(request.dataset, request.data_params)
            if self._fetch:
                data.prepare_data()
            self._known[key] = data.spec
        return self._known[key]


def _check(request: CaseRequest, specs: _Specs) -> Iterable[Problem]:
    part = "data"
    try:
        spec = specs.of(request)
        part = "params"
        with torch.device("meta"):
            model = build_model(request.model, request.params, spec)
            exports_of(model, request.model, spec)
    except ParameterError as error:
        yield Problem(request.id, part, error.parameter, error.message, error.hint)
    except BenchError as error:
        yield Problem(request.id, "", "", error.message, error.hint)
    except Exception as error:  # a plugin's own complaint about what it was given
        info = request.dataset if part == "data" else request.model
        yield Problem(request.id, part, "", f"{info.name} cannot be built: {type(error).__name__}: {error}", "")


def _check_runtimes(request: CaseRequest) -> Iterable[Problem]:
    for info in request.runtimes:
        try:
            devices = resolve(info)().devices()
        except Exception as error:
            yield Problem("", "measure", "runtimes", f"runtime {info.name!r}: {type(error).__name__}: {error}", "")
            continue
        if request.device not in devices:
            hint = f"it can serve here: {', '.join(devices)}"
            yield Problem("", "measure", "device", f"runtime {info.name!r} cannot serve {request.device!r}", hint)
