"""The recurrent model, and the nodes of ONNX that stand for its layers."""

import onnxruntime as ort
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench.stages.export import export_graph, multiply_accumulates
from bench_models.sequences.rnn import RNN


@pytest.fixture(scope="module")
def model(build):
    return build(RNN, width=8, layers=2)


@given(length=st.integers(2, 30), data=st.data())
def test_a_later_token_never_changes_an_earlier_answer(model, length, data):
    place = data.draw(st.integers(1, length - 1))
    tokens = torch.tensor(data.draw(st.lists(st.integers(0, 10), min_size=length, max_size=length)))
    other = tokens.clone()
    other[place] = (other[place] + 1) % 11
    with torch.no_grad():
        before, after = model(torch.stack([tokens, other]))
    torch.testing.assert_close(before[:place], after[:place], atol=1e-6, rtol=1e-5)
    assert (before[place] - after[place]).abs().max() > 1e-4


@pytest.mark.parametrize(("cell", "gates"), [("lstm", 4), ("gru", 3)])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("tied", [True, False])
def test_parameters_in_closed_form(spec, cell, gates, layers, tied):
    v, w = 11, 8
    model = RNN(spec(v), cell, w, layers, tied)
    expected = (1 if tied else 2) * v * w + v + layers * gates * (2 * w**2 + 2 * w)
    assert sum(parameter.numel() for parameter in model.parameters()) == expected


@pytest.mark.parametrize(("cell", "gates"), [("lstm", 4), ("gru", 3)])
def test_arithmetic_in_closed_form(spec, cell, gates):
    v, w, length, layers = 11, 8, 12, 2
    (part,) = RNN(spec(v, length), cell, w, layers).exports()
    assert multiply_accumulates(part) == length * (layers * gates * 2 * w**2 + v * w)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_graph_has_torchs_gates_in_onnxs_order_at_any_length(build, tmp_path, cell, layers):
    model = build(RNN, cell=cell, width=8, layers=layers)
    (part,) = model.exports()
    export_graph(part, tmp_path / "graph.onnx")
    session = ort.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    for batch, length in ((1, 1), (3, 12), (2, 40)):
        tokens = torch.randint(11, (batch, length), generator=torch.Generator().manual_seed(length))
        (logits,) = session.run(None, {"tokens": tokens.numpy()})
        with torch.no_grad():
            torch.testing.assert_close(torch.from_numpy(logits), model(tokens), atol=1e-5, rtol=1e-4)
