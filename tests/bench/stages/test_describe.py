"""What is told of the data that a case saw."""

from types import SimpleNamespace

import pytest
import torch

from bench.stages.case import describe


def data(targets, **more):
    parts = [SimpleNamespace(inputs=torch.zeros(n, 2), targets=torch.zeros(n)) for n in (5, 4)]
    return SimpleNamespace(parts=[*parts, SimpleNamespace(inputs=torch.zeros(3, 2), targets=targets)], **more)


def test_data_are_told_by_their_hash_and_the_sizes_of_their_parts():
    found = describe(data(torch.zeros(3), fingerprint=lambda: "f"))
    assert (found.fingerprint, found.train, found.validation, found.test) == ("f", 5, 4, 3)


@pytest.mark.parametrize("kind", [torch.int64, torch.float32, torch.bool, torch.bfloat16])
def test_what_is_asked_has_a_hash_of_its_own(kind):
    targets = torch.tensor([0, 1, 0]).to(kind)
    assert describe(data(targets)).test_targets == describe(data(targets.clone())).test_targets != ""
    for other in (targets.roll(1), targets[:2], targets.unsqueeze(1), targets.to(torch.float64)):
        assert describe(data(other)).test_targets != describe(data(targets)).test_targets
    assert describe(data(targets)).test_inputs == describe(data(targets.roll(1))).test_inputs != ""


@pytest.mark.parametrize("data", [SimpleNamespace(), SimpleNamespace(parts=None), data([0, 1, 0])])
def test_who_cannot_tell_what_is_asked_has_no_hash(data):
    assert describe(data).test_targets == ""
