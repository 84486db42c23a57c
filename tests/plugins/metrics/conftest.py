"""What tests of metrics and pictures share: evaluations whose case is made of plain functions of tensors."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor

from bench import DataSpec, Evaluation, Export, TensorSpec, Unsuitable


@dataclass
class FakeCase:
    """What a metric may ask of a case. The modules of its artifacts are functions of tensors, a tuple if of several."""

    spec: DataSpec
    exports: dict[str, Export]
    test: tuple[Tensor, Tensor]
    training: tuple[Tensor, Tensor]
    seed: int = 0
    model: Any = None
    net: Any = None
    earlier: dict[int, "FakeCase"] = field(default_factory=dict)

    @property
    def snapshots(self) -> tuple[int, ...]:
        return tuple(self.earlier)

    def after(self, epoch: int, artifact: str) -> Evaluation:
        return self.earlier[epoch].on_test(artifact)

    def features(self, inputs: Tensor) -> Tensor | None:
        return None if self.net is None else self.net(inputs)

    def call(self, artifact: str, *inputs: Tensor) -> dict[str, Tensor]:
        part = self._part(artifact)
        answers = part.module(*inputs)
        return dict(zip(part.outputs, answers if isinstance(answers, tuple) else (answers,), strict=True))

    def on_test(self, artifact: str) -> Evaluation:
        return self._on(artifact, *self.test)

    def on_training(self, artifact: str) -> Evaluation:
        return self._on(artifact, *self.training)

    def _part(self, artifact: str) -> Export:
        if artifact not in self.exports:
            raise Unsuitable(f"the model has no artifact {artifact!r}")
        return self.exports[artifact]

    def _on(self, artifact: str, inputs: Tensor, targets: Tensor) -> Evaluation:
        fed = self._fed(artifact, inputs)
        answers = self.call(artifact, *fed.values())
        task = self._part(artifact).task
        return Evaluation(self.spec, artifact, task, inputs, targets, fed, answers, self.seed, self)

    def _fed(self, artifact: str, inputs: Tensor) -> dict[str, Tensor]:
        return {one.name: self._from_source(one, inputs) for one in self._part(artifact).inputs}

    def _from_source(self, one: TensorSpec, inputs: Tensor) -> Tensor:
        if one.source == "data":
            return inputs
        if one.source == "normal":
            return torch.randn(len(inputs), *one.shape, generator=torch.Generator().manual_seed(self.seed))
        artifact, _, output = one.source.partition(".")
        return self.call(artifact, *self._fed(artifact, inputs).values())[output]


@pytest.fixture(scope="session")
def evaluate():
    """Makes the evaluation of an artifact.

    `evaluate(exports, artifact, inputs, targets=None, training=None, seed=0, model=None, net=None, **more)`:
    `training` is a pair (inputs, targets), the test part's if it is not given; targets not given are all 0. `net` turns
    inputs into features. `more` goes to the `DataSpec`.
    """

    def evaluate(exports, artifact, inputs, targets=None, training=None, seed=0, model=None, net=None, **more):
        targets = torch.zeros(len(inputs), dtype=torch.long) if targets is None else targets
        spec = DataSpec(
            **{"task": "classification", "input_shape": tuple(inputs.shape[1:]), "value_range": (0.0, 1.0), **more}
        )
        test = (inputs, targets)
        case = FakeCase(spec, {part.name: part for part in exports}, test, training or test, seed, model, net)
        return case.on_test(artifact)

    return evaluate


@pytest.fixture(scope="session")
def autoencoder():
    """Makes the three artifacts of an autoencoder from functions of tensors.

    `autoencoder(encode, decode, input_shape, code_shape)`
    """

    def autoencoder(encode, decode, input_shape, code_shape):
        data = (TensorSpec("input", tuple(input_shape)),)
        code = (TensorSpec("code", tuple(code_shape), source="encoder.code"),)
        return [
            Export("encoder", encode, "embedding", data, ("code",)),
            Export("decoder", decode, "decoding", code, ("reconstruction",)),
            Export("autoencoder", lambda x: decode(encode(x)), "reconstruction", data, ("reconstruction",)),
        ]

    return autoencoder


@pytest.fixture(scope="session")
def generated(evaluate):
    """Makes the evaluation of a generator that answers with given samples, whatever noise it gets.

    `generated(samples, test, **more)`: the others as for `evaluate`
    """

    def generated(samples, test, **more):
        noise = TensorSpec("noise", (2,), source="normal")
        part = Export("generator", lambda noise: samples, "generation", (noise,), ("sample",))
        return evaluate([part], "generator", test, **more)

    return generated
