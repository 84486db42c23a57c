"""What is computed once for a tensor or an evaluation."""

import gc
import weakref
from types import SimpleNamespace

import torch

from bench_metrics.memory import once_per_evaluation, once_per_tensor, once_per_test_part

OF_A_CASE = {"artifact": "forward", "seed": 0}


class Value:
    """Something that a weak reference can watch."""


def test_once_for_each_tensor_and_arguments():
    calls = []

    @once_per_tensor
    def total(tensor, scale):
        calls.append(scale)
        return scale * float(tensor.sum())

    ones, twos = torch.ones(2), torch.full((2,), 2.0)
    assert [total(ones, 1), total(twos, 1), total(ones, 10), total(ones, 1)] == [2, 4, 20, 2]
    assert calls == [1, 1, 10]


def test_equal_tensors_are_not_one():
    @once_per_tensor
    def value(tensor):
        return Value()

    assert value(torch.ones(2)) is not value(torch.ones(2))


def test_forgotten_with_the_tensor():
    @once_per_tensor
    def value(tensor):
        return Value()

    tensor = torch.ones(2)
    watched = weakref.ref(value(tensor))
    gc.collect()
    assert watched() is not None
    del tensor
    gc.collect()
    assert watched() is None


def test_once_for_each_evaluation():
    calls = []

    @once_per_evaluation
    def total(evaluation, scale):
        calls.append(scale)
        return scale * float(evaluation.outputs.sum())

    some, others = (SimpleNamespace(outputs=torch.full((2,), value), **OF_A_CASE) for value in (1.0, 2.0))
    assert [total(some, 1), total(others, 1), total(some, 1), total(some, 2)] == [2, 4, 2, 4]
    assert calls == [1, 1, 2]


def test_one_tensor_may_be_answered_by_two_artifacts_and_with_two_seeds():
    @once_per_evaluation
    def told(evaluation):
        return evaluation.artifact, evaluation.seed

    outputs = torch.ones(2)
    keys = [("encoder", 0), ("encoder", 1), ("autoencoder", 0)]
    assert [told(SimpleNamespace(outputs=outputs, artifact=name, seed=seed)) for name, seed in keys] == keys


def test_a_parameter_is_the_same_however_it_is_given():
    calls = []

    @once_per_tensor
    def total(tensor, scale=1, power=1):
        calls.append((scale, power))
        return scale * float(tensor.sum()) ** power

    ones = torch.ones(2)
    given = [total(ones), total(ones, 1), total(ones, 1, 1), total(ones, power=1, scale=1), total(ones, power=2)]
    assert given == [2, 2, 2, 2, 4]
    assert calls == [(1, 1), (1, 2)]


def test_once_for_all_that_answer_to_the_same_data():
    calls = []

    @once_per_test_part
    def total(evaluation, scale=1):
        calls.append(scale)
        return scale * float(evaluation.inputs.sum())

    inputs = torch.ones(3)
    some, others = (SimpleNamespace(inputs=inputs, outputs=torch.zeros(2), **OF_A_CASE) for _ in range(2))
    assert [total(some), total(others), total(some, scale=2), total(others, scale=2)] == [3, 3, 6, 6]
    assert calls == [1, 2]
