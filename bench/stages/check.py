"""Builds every case without training it: finds what cannot work before anything runs."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from pytorch_lightning import Callback, LightningDataModule

from bench.catalog import build_runtime, resolve
from bench.errors import BenchError, suggestion
from bench.lengths import longest_length, timed_lengths, usual_length
from bench.records import Export, RuntimeUse
from bench.signature import ParameterError, checked, first_parameter
from bench.stages.answering import check_sources
from bench.stages.blame import message_of
from bench.stages.build import build_dataset, build_model, exports_of
from bench.stages.features import refuse_without_features
from bench.stages.latencies import graph_runtime, timed_parts
from bench.stages.request import CaseRequest, Checked, Problem
from bench.stages.train import make_trainer


def check_cases(requests: list[CaseRequest], fetch: bool) -> Checked:
    """Every problem of every case, and what each exports.

    :param fetch: also let every dataset fetch its files, if nothing else is wrong
    """
    datasets: dict[str, LightningDataModule] = {}
    tried: list[dict[str, Any]] = []
    built = [_build(request, datasets) for request in requests]
    parts = {request.id: exports for request, (exports, _) in zip(requests, built, strict=True)}
    problems = [problem for _, found in built for problem in found]
    problems = problems or [*_check_timed(requests[0], parts), *_check_features(requests, datasets)]
    problems = problems or [*_check_lengths(requests[0], parts)]
    problems = problems or [problem for request in requests for problem in _check_training(request, tried)]
    problems = problems or [*_check_metrics(requests[0]), *_check_runtimes(requests[0])]
    if fetch and not problems:
        firsts = {_key(request): request for request in reversed(requests)}
        problems = [problem for key, data in datasets.items() for problem in _fetch(firsts[key], data)]
    return Checked(problems, {request.id: _graph_lengths(request, parts[request.id]) for request in requests})


def _build(request: CaseRequest, datasets: dict[str, LightningDataModule]) -> tuple[list[Export], list[Problem]]:
    """Build a case's dataset, unless it is in `datasets`, and its model: what that exports, and what is wrong."""
    part = "data"
    try:
        key = _key(request)
        if key not in datasets:
            datasets[key] = build_dataset(request.dataset, request.data_params)
        part = "params"
        with torch.device("meta"):
            model = build_model(request.model, request.params, datasets[key].spec)
            exports = exports_of(model, request.model, datasets[key].spec)
            if timed_parts(model):
                graph_runtime(request)
        check_sources(exports, datasets[key].spec)
        if request.gives_features:
            refuse_without_features(exports, request.model.name)
        wrong = _check_optimisation(request, model.automatic_optimization)
        return exports, [*wrong, *_check_epochs(request, getattr(model, "pretraining_epochs", 0))]
    except ParameterError as error:
        problem = Problem(request.id, (part, error.parameter), error.message, error.hint)
    except BenchError as error:
        problem = Problem(request.id, (), error.message, error.hint)
    except Exception as error:  # a plugin's own complaint about what it was given
        info = request.dataset if part == "data" else request.model
        problem = Problem(request.id, (), f"{info.name} cannot be built: {type(error).__name__}: {error}", "")
    return [], [problem]


def _graph_lengths(request: CaseRequest, parts: list[Export]) -> dict[str, tuple[int | None, ...]]:
    """The artifacts of a case that are to be timed, each with the lengths of its sequences."""
    timed = [part for part in parts if not request.timed or part.name in request.timed]
    return {part.name: timed_lengths(part.inputs, request.lengths_of(part.name)) for part in timed}


def _check_optimisation(request: CaseRequest, is_lightnings: bool) -> Iterable[Problem]:
    """Whether settings of Lightning's own optimisation are asked of a model that has another."""
    asked = {"gradient_clip_val": request.train.get("gradient_clip_val")}
    asked["accumulate_grad_batches"] = request.train.get("accumulate_grad_batches", 1) > 1
    for name, is_set in asked.items():
        if is_set and not is_lightnings:
            message = f"{request.model.name} takes its steps by itself, and does not know {name}"
            yield Problem(request.id, ("train", name), message, "leave it out")


def _check_epochs(request: CaseRequest, before: int) -> Iterable[Problem]:
    """Whether a model that first learns something else has an epoch left for what it is for."""
    epochs = request.train.get("max_epochs")
    if before and epochs is not None and epochs <= before:
        message = f"{before} of {epochs} epochs are pre-training or a search, and none is left for what comes after"
        yield Problem(request.id, ("train", "max_epochs"), message, f"more than {before}; max_epochs counts both")


def _check_timed(request: CaseRequest, parts: Mapping[str, list[Export]]) -> Iterable[Problem]:
    """Whether any case has the artifacts that are to be timed."""
    artifacts = {part.name for exports in parts.values() for part in exports}
    for index, name in enumerate(request.timed if request.whole else ()):
        if name not in artifacts:
            message = f"no case has an artifact {name!r}"
            yield Problem("", ("measure", "artifacts", index), message, suggestion(name, artifacts))


def _check_lengths(request: CaseRequest, parts: Mapping[str, list[Export]]) -> Iterable[Problem]:
    """Whether what is to be timed takes sequences of the lengths that the suite names."""
    path = ("measure", "lengths")
    timed = {
        f"{part.name} of {case}": part.inputs
        for case, exports in parts.items()
        for part in exports
        if usual_length(part.inputs) is not None and (not request.timed or part.name in request.timed)
    }
    if request.lengths and request.whole and not timed:
        yield Problem("", path, "nothing that is timed takes sequences of any length", "leave it out")
    for index, length in enumerate(request.lengths):
        for name, inputs in timed.items():
            longest = longest_length(inputs)
            if longest is not None and length > longest:
                yield Problem("", (*path, index), f"{name} takes no sequences of {length}", f"at most {longest}")
                break


def _check_features(requests: list[CaseRequest], datasets: dict[str, LightningDataModule]) -> Iterable[Problem]:
    """Whether the net that gives features takes the inputs of any case but its own, if there are others."""
    net = next((request for request in requests if request.gives_features), None)
    if net is None:
        return
    own = (net.model.name, net.params, _key(net))
    others = [request for request in requests if (request.model.name, request.params, _key(request)) != own]
    shapes = {request.id: datasets[_key(request)].spec.input_shape for request in (net, *others)}
    if others and shapes[net.id] not in [shapes[request.id] for request in others]:
        message = f"the feature net {net.id} takes {shapes[net.id]}, and no other case has such data"
        yield Problem("", ("features",), message, f"that of {others[0].id} is {shapes[others[0].id]}")


def _fetch(request: CaseRequest, data: LightningDataModule) -> Iterable[Problem]:
    try:
        data.prepare_data()
    except BenchError as error:
        yield Problem(request.id, (), error.message, error.hint)
    except Exception as error:  # a plugin's own failure
        message = f"{request.dataset.name} cannot be fetched: {type(error).__name__}: {error}"
        yield Problem(request.id, (), message, "")


def _key(request: CaseRequest) -> str:
    """What tells a dataset from others."""
    return json.dumps([request.dataset.name, request.data_params], sort_keys=True, default=str)


def _check_training(request: CaseRequest, tried: list[dict[str, Any]]) -> Iterable[Problem]:
    """Whether Lightning takes these settings on this machine, unless they are among those `tried` already."""
    if request.train in tried:
        return
    tried.append(request.train)
    try:
        make_trainer(request.train, Callback())
    except Exception as error:
        yield Problem(request.id, ("train",), f"Lightning refuses these settings: {message_of(error)}", "")


def _check_metrics(request: CaseRequest) -> Iterable[Problem]:
    """Whether the metrics that the suite names can be imported and take their parameters."""
    named = {"metrics": request.metrics if request.metrics_named else (), "course": request.course}
    for key, index, use in ((key, index, use) for key, uses in named.items() for index, use in enumerate(uses)):
        try:
            target = resolve(use.info)
            checked(target, use.params, given=(first_parameter(target),))
        except ParameterError as error:
            path = (key, index, "params", error.parameter)
            yield Problem("", path, f"{use.name}: {error.message}", error.hint)
        except Exception as error:
            message = f"metric {use.name!r} cannot be imported: {type(error).__name__}: {error}"
            yield Problem("", (key, index), message, "")


def _check_runtimes(request: CaseRequest) -> Iterable[Problem]:
    """Whether the runtimes take their parameters and can serve the device here."""
    for index, use in enumerate(request.runtimes):
        path: tuple[str | int, ...] = ("measure", "runtimes", index)
        try:
            refuse_device(use, request.device)
        except UnservedDevice as error:
            yield Problem("", ("measure", "device"), error.message, error.hint)
        except ParameterError as error:
            yield Problem("", (*path, "params", error.parameter), f"{use.name}: {error.message}", error.hint)
        except BenchError as error:
            yield Problem("", path, f"runtime {use.name!r}: {error.message}", error.hint)
        except Exception as error:  # a plugin's own complaint
            yield Problem("", path, f"runtime {use.name!r}: {type(error).__name__}: {error}", "")


class UnservedDevice(BenchError):
    """A device that a runtime cannot serve on this machine."""


def refuse_device(use: RuntimeUse, device: str) -> None:
    """Ask a runtime whether it can serve a device here.

    :raises UnservedDevice: if it cannot, with what it can serve
    :raises BenchError: if it says why it can serve nothing, or a parameter of it is wrong
    """
    devices = build_runtime(use).devices()
    if device not in devices:
        raise UnservedDevice(
            f"runtime {use.name!r} cannot serve {device!r}", f"it can serve here: {', '.join(devices) or 'nothing'}"
        )
