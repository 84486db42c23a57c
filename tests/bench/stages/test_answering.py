"""What artifacts are fed with, and what they answer: by torch itself and by a runtime."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bench.errors import BenchError, Unsuitable
from bench.records import DataSpec, Export, TensorSpec
from bench.stages.answering import (
    BATCH,
    Answering,
    Subject,
    check_sources,
    cut_anew,
    session_call,
    told_with_length,
    torch_call,
)
from bench.stages.export import export_graph
from bench_datasets.digits import Digits

SPEC = DataSpec("classification", (1, 8, 8))


@pytest.fixture(scope="module")
def subject(parts):
    """`subject(data, seed)`: the same weights every time."""

    def make(data=None, seed=0):
        torch.manual_seed(0)
        model = parts.Noisy(SPEC).eval()
        return Subject(model, model.exports(), data or Digits(), seed)

    return make


@pytest.fixture(scope="module")
def by_torch(subject):
    return Answering(subject(), torch_call)


def test_an_artifact_is_fed_with_what_its_inputs_name(by_torch):
    whole, decoder, encoder = (by_torch.on_test(name) for name in ("whole", "decoder", "encoder"))
    assert {name: tuple(t.shape) for name, t in whole.fed.items()} == {"input": (360, 1, 8, 8), "noise": (360, 4)}
    assert torch.equal(whole.fed["input"], whole.inputs)
    assert torch.equal(decoder.fed["code"], encoder.outputs)
    assert whole.answers.keys() == {"image", "code"}
    torch.testing.assert_close(whole.answers["code"], encoder.outputs + 0.1 * whole.fed["noise"])


def test_a_reconstruction_should_be_its_input_and_anything_else_its_target(by_torch):
    whole, encoder = by_torch.on_test("whole"), by_torch.on_test("encoder")
    assert whole.truth is whole.inputs
    assert encoder.truth is encoder.targets


def test_noise_is_normal_and_follows_the_seed_and_the_part_of_the_data(by_torch, subject):
    noise = by_torch.on_test("whole").fed["noise"]
    again = Answering(subject(), torch_call).on_test("whole").fed["noise"]
    other = Answering(subject(seed=1), torch_call).on_test("whole").fed["noise"]
    assert torch.equal(noise, again)
    assert not torch.equal(noise, other)
    assert not torch.equal(noise, by_torch.on_training("whole").fed["noise"][: len(noise)])
    assert abs(noise.mean()) < 0.1
    assert abs(noise.std() - 1) < 0.1


def test_the_training_part_comes_in_its_own_order(by_torch, subject):
    data = Digits(augment=("affine",))
    data.setup()
    found = Answering(subject(data), torch_call).on_training("encoder")
    assert torch.equal(found.inputs, data.parts.train.inputs)
    assert torch.equal(found.targets, by_torch.on_training("encoder").targets)
    for part, known in zip(by_torch.training, (found.inputs, found.targets), strict=True):
        assert torch.equal(part, known)


def test_an_artifact_answers_on_the_training_part_once(subject):
    asked = []

    def load(part):
        call = torch_call(part)
        return lambda inputs: asked.append(part.name) or call(inputs)

    answering = Answering(subject(), load)
    assert answering.on_training("encoder") is answering.on_training("encoder")
    assert asked == ["encoder"] * 2  # batches of 1,024 of 1,257 rows


def test_calls_are_cut_into_batches_and_joined_again(subject):
    sizes = []

    def load(part):
        def call(inputs):
            sizes.append(len(inputs[0]))
            return (inputs[0].flatten(1)[:, :4],)

        return call

    images = torch.rand(2 * BATCH + 3, 1, 8, 8)
    found = Answering(subject(), load).call("encoder", images)
    assert sizes == [BATCH, BATCH, 3]
    assert torch.equal(found["code"], images.flatten(1)[:, :4])


def test_a_session_answers_as_torch_does(by_torch, tmp_path):
    def load(part):
        export_graph(part, tmp_path / f"{part.name}.onnx")
        session = onnxruntime.InferenceSession(tmp_path / f"{part.name}.onnx", providers=["CPUExecutionProvider"])
        names = [spec.name for spec in part.inputs]

        class Session:
            def call(self, arrays):
                return session.run(list(part.outputs), dict(zip(names, arrays, strict=True)))

        return session_call(Session())

    by_session = Answering(by_torch._subject, load)
    for name in by_torch.exports:
        expected, got = by_torch.on_test(name), by_session.on_test(name)
        for output, tensor in expected.answers.items():
            np.testing.assert_allclose(got.answers[output], tensor, rtol=1e-4, atol=1e-5)


def test_an_artifact_that_is_not_there_makes_a_metric_unsuitable(by_torch):
    with pytest.raises(Unsuitable, match=r"no artifact 'critic' \(it has: decoder, whole, encoder\)"):
        by_torch.call("critic", torch.zeros(1, 4))


def part(name, *inputs):
    return Export(name, nn.Identity(), "decoding", inputs)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([part("decoder", TensorSpec("code", (4,), source="encode.code"))], r"unknown source 'encode.code'"),
        ([part("decoder", TensorSpec("code", (4,), source="decoder.code"))], r"'decoder.code' .*'decoder.output'"),
        ([part("a", TensorSpec("x", (4,), source="b.output")), part("b", TensorSpec("x", (4,), source="a.output"))],
         "in a circle: a, b"),
        ([part("encoder", TensorSpec("input", (4,)))], r"takes \(4,\) float32, and the dataset gives \(1, 8, 8\)"),
        ([part("encoder", TensorSpec("input", (1, 8, 8), "int64"))], r"takes \(1, 8, 8\) int64"),
    ],
)  # fmt: skip
def test_what_nothing_can_be_fed_with_is_refused(parts, message):
    with pytest.raises(BenchError, match=message):
        check_sources(parts, SPEC)


def test_a_source_is_told_with_the_nearest_right_one(parts):
    model = parts.Noisy(SPEC)
    wrong = [
        replace(one, inputs=(TensorSpec("code", (4,), source="encoder.cod"),)) if one.name == "decoder" else one
        for one in model.exports()
    ]
    with pytest.raises(BenchError, match=r"did you mean 'encoder.code'\?"):
        check_sources(wrong, SPEC)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 30), st.integers(1, 12), st.sampled_from([0, 1, 2]))
def test_rows_of_another_length_are_the_rows_one_after_the_other(count, usual, length, wanted, axis):
    """Against numpy's own joining, step by step."""
    shape = [2, 3]
    shape.insert(axis, usual)
    rows = torch.arange(count * usual * 6).reshape(count, *shape)
    if count * usual < length:
        with pytest.raises(
            BenchError, match=rf"{count} rows with sequences of {usual} are too few for one of {length}"
        ):
            cut_anew(rows, axis, length, wanted)
        return
    found = cut_anew(rows, axis, length, wanted)
    assert len(found) == min(wanted, count * usual // length)
    assert found.shape[1 + axis] == length
    expected = np.concatenate(list(rows.numpy()), axis)
    np.testing.assert_array_equal(
        np.concatenate(list(found.numpy()), axis), expected.take(range(len(found) * length), axis)
    )


def test_too_few_rows_are_told_with_how_many_would_do():
    with pytest.raises(BenchError, match=r"2 rows with sequences of 8 are too few for one of 30 \(4 rows would do\)"):
        cut_anew(torch.zeros(2, 8), 0, 30, 1)
    assert len(cut_anew(torch.zeros(4, 8), 0, 30, 1)) == 1


@pytest.fixture(scope="module")
def over_time(parts):
    torch.manual_seed(0)
    model = parts.OverTimeInParts(SPEC).eval()
    return Subject(model, model.exports(), Digits(), 0)


@pytest.mark.parametrize("length", [3, 20])
def test_every_source_gives_rows_of_another_length(over_time, length):
    images = over_time.test.inputs  # (n, 1, 8, 8): their rows are the steps
    (fed,) = over_time.of_length("encoder", length, 5)
    joined = images.transpose(0, 1).flatten(1, 2)  # (1, n * 8, 8)
    assert torch.equal(fed.transpose(0, 1).flatten(1, 2), joined[:, : 5 * length])
    states, noise, last = over_time.of_length("decoder", length, 5)
    assert torch.equal(states, torch_call(over_time.exports["encoder"])((fed,))[0])
    assert noise.shape == (5, 6, length)
    assert torch.equal(last, images[:5])


def test_there_are_no_more_rows_of_a_length_than_the_test_part_makes(over_time):
    total = len(over_time.test.inputs) * 8
    for length in (total // 2, total // 3):
        for tensor in over_time.of_length("decoder", length, 9):
            assert len(tensor) == total // length
    with pytest.raises(
        BenchError, match=r"360 rows with sequences of 8 are too few for one of 2881 \(361 rows would do\)"
    ):
        over_time.of_length("decoder", total + 1, 9)


def test_rows_without_a_sequence_begin_again_where_there_are_too_few(over_time):
    *_, last = over_time.of_length("decoder", 2, 4 * 360)
    assert torch.equal(last, over_time.test.inputs.repeat(4, 1, 1, 1))


def test_what_fails_at_a_length_is_told_with_it():
    told = r"model of net fails on sequences of 9: no room \(`longest`"
    with pytest.raises(BenchError, match=told), told_with_length("net", 9):
        raise IndexError("no room")
    with pytest.raises(BenchError, match=r"^too few$"), told_with_length("net", 9):
        raise BenchError("too few")


def test_a_sequence_axis_that_is_none_is_refused():
    with pytest.raises(BenchError, match="has no axis 3"):
        check_sources([part("encoder", TensorSpec("input", SPEC.input_shape, sequence=3))], SPEC)
