"""What a suite's feature net makes of inputs, beside the torch model that it was exported from."""

import gc
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from bench.errors import BenchError, Unsuitable
from bench.records import Export, TensorSpec
from bench.stages.export import export_graph
from bench.stages.features import BATCH, FeatureNet
from bench.stages.request import CaseRequest, FeatureCase


@pytest.fixture
def net(tmp_path):
    """A net (1, 4, 4) -> (3,), and how a case with another name asks for its features: `ask(failure="")`."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Flatten(), nn.Linear(16, 3), nn.Tanh()).eval()
    folder = tmp_path / "artifacts" / "net@x-0"
    part = Export("features", module, "embedding", (TensorSpec("input", (1, 4, 4)),), ("code",))
    export_graph(part, folder / "features.onnx")

    def ask(failure=""):
        fields = dict.fromkeys(CaseRequest.__dataclass_fields__)
        known = {"folder": str(tmp_path), "name": "gan@x-0", "train_threads": 1}
        return FeatureNet(CaseRequest(**{**fields, **known, "features": FeatureCase("net@x#0", "net@x-0", failure)}))

    return SimpleNamespace(module=module, ask=ask)


def test_features_are_those_of_the_net_for_any_number_of_rows(net):
    inputs = torch.rand(BATCH + 3, 1, 4, 4)
    torch.testing.assert_close(net.ask()(inputs), net.module(inputs).detach(), rtol=1e-4, atol=1e-6)


def test_features_of_a_tensor_are_made_once_and_forgotten_with_it(net):
    features, inputs = net.ask(), torch.rand(5, 1, 4, 4)
    assert features(inputs) is features(inputs)
    assert features(inputs) is not features(inputs.clone())
    gc.collect()
    assert len(features._known) == 1


def test_inputs_of_another_shape_are_unsuitable(net):
    with pytest.raises(Unsuitable, match=r"^the feature net net@x#0 takes \(1, 4, 4\), this data is \(1, 5, 5\)$"):
        net.ask()(torch.rand(2, 1, 5, 5))


def test_a_case_that_has_failed_gives_no_features(net):
    with pytest.raises(BenchError, match=r"^there are no features: net@x#0 has failed \(train: E: it broke\)$"):
        net.ask(failure="train: E: it broke")(torch.rand(2, 1, 4, 4))
