"""What the net of one of the suite's cases makes of inputs: features, by which metrics compare distributions.

onnxruntime is imported where it is used: most suites name no such net.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from bench.errors import BenchError, Unsuitable
from bench.records import Export
from bench.stages.request import FEATURES, CaseRequest

# Rows that the net is called with at once.
BATCH = 1024


class FeatureNet:
    """The fp32 graph that the suite's feature case has exported, executed on the CPU by ONNX Runtime.

    It is the same for every case, runtime and precision, so that only what is compared differs. What it made of a
    tensor is remembered for as long as the tensor lives.

    :param request: of the case that wants features
    """

    def __init__(self, request: CaseRequest) -> None:
        assert request.features is not None
        self.case = request.features
        self.graph = replace(request, name=self.case.name).graph(FEATURES)
        self.threads = request.train_threads
        self._known = WeakTensorKeyDictionary()

    def __call__(self, inputs: Tensor) -> Tensor:
        """Inputs (n, ...) -> features (n, d).

        :raises Unsuitable: if the net takes inputs of another shape
        :raises BenchError: if its case has failed
        """
        if inputs not in self._known:
            self._known[inputs] = self._computed(inputs)
        found: Tensor = self._known[inputs]
        return found

    def _computed(self, inputs: Tensor) -> Tensor:
        (taken,) = self._session.get_inputs()
        takes, given = tuple(taken.shape[1:]), tuple(inputs.shape[1:])
        if takes != given:
            raise Unsuitable(f"the feature net {self.case.id} takes {takes}, this data is {given}")
        batches = (batch.numpy() for batch in inputs.split(BATCH))
        answers = (self._session.run(None, {taken.name: batch})[0] for batch in batches)
        return torch.cat([torch.from_numpy(answer).flatten(1) for answer in answers])

    @cached_property
    def _session(self) -> Any:
        if self.case.failure:
            raise BenchError(f"there are no features: {self.case.id} has failed", self.case.failure)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])


def refuse_without_features(exports: list[Export], model: str) -> None:
    """:raises BenchError: if there is no artifact `features` that makes inputs of the dataset into one output"""
    part = next((one for one in exports if one.name == FEATURES), None)
    if part is None:
        names = ", ".join(one.name for one in exports)
        hint = f"it exports: {names}; `bench show {model}` lists parameters, of which one may add it"
        raise BenchError(f"the suite takes its features from here, and there is no artifact {FEATURES!r}", hint)
    if [one.source for one in part.inputs] != ["data"] or len(part.outputs) != 1:
        raise BenchError(
            f"the artifact {FEATURES!r} has to make one output of the dataset's inputs alone",
            f"inputs: {', '.join(one.source for one in part.inputs)}; outputs: {', '.join(part.outputs)}",
        )
