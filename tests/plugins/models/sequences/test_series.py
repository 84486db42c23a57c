"""Nets of sequences as forecasters: what they see and answer, that they learn, and their graphs."""

import onnxruntime as ort
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import DataSpec, Unsuitable
from bench.stages.export import export_graph, multiply_accumulates
from bench.stages.train import Observer, fit
from bench_datasets.tensors import Part, Parts, TensorDataModule
from bench_models.forecasting.persistence import Persistence
from bench_models.sequences.rnn import RNN
from bench_models.sequences.transformer import Transformer

SPEC = DataSpec("forecasting", (6, 4), horizons=(1, 3, 10), features=("x", "y", "sine", "cosine"), season=(2, 3))
SMALL = {"width": 16, "heads": 2, "blocks": 2}
NETS = {
    "lstm": (RNN, {"width": 8, "layers": 2}),
    "gru": (RNN, {"width": 8, "cell": "gru"}),
    "rotary": (Transformer, SMALL),
    "relative": (Transformer, {**SMALL, "positions": "relative"}),
    "learned": (Transformer, {**SMALL, "positions": "learned", "longest": 40}),
}


@pytest.fixture(scope="module", params=NETS)
def net(request, build):
    kind, params = NETS[request.param]
    return build(kind, SPEC, **params)


def windows(*shape, seed=0):
    return torch.randn(*shape, 4, generator=torch.Generator().manual_seed(seed))


@given(rows=st.integers(1, 5), length=st.integers(1, 40), seed=st.integers(0, 99))
def test_forecasts_are_of_each_window_by_itself_at_any_length(net, rows, length, seed):
    inputs = windows(rows, length, seed=seed)
    with torch.no_grad():
        together = net(inputs)
        alone = torch.cat([net(row) for row in inputs.split(1)])
    assert together.shape == (rows, 3)
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def test_every_step_of_a_window_counts(net):
    inputs = windows(1, 6).repeat(7, 1, 1)
    for step in range(6):
        inputs[step, step] += 1
    with torch.no_grad():
        answers = net(inputs)
    assert (answers[:6] - answers[6]).abs().amax(1).min() > 1e-4


@pytest.mark.parametrize("kind", NETS)
def test_the_scale_is_inside_the_net(kind, build, series):
    """One that knows the scale of the data answers about windows as one that does not about standard ones."""
    family, params = NETS[kind]
    plain, knowing = build(family, series.spec, **params), build(family, series.spec, **params)
    knowing.task.learn(series)
    mean, deviation = knowing.task.mean, knowing.task.deviation
    assert (deviation[0] - 1).abs() > 0.1
    inputs = series.parts.test.inputs[:9]
    with torch.no_grad():
        expected = mean[0] + deviation[0] * plain((inputs - mean) / deviation)
        torch.testing.assert_close(knowing(inputs), expected, atol=1e-4, rtol=1e-4)
    state = knowing.state_dict()
    assert torch.equal(state["task.mean"], mean)
    assert torch.equal(state["task.deviation"], deviation)


class Wave(TensorDataModule):
    """Windows of a wave between 10 and 30 that comes back every 12 steps, whatever the other features are."""

    def __init__(self):
        super().__init__(SPEC)

    def load(self):
        series = windows(640)
        series[:, 0] = 20 + 10 * (2 * torch.pi / 12 * torch.arange(640)).sin()
        seen = series.unfold(0, 6, 1).transpose(1, 2)[:600].contiguous()
        targets = series[5 + torch.arange(600)[:, None] + torch.tensor(SPEC.horizons), 0]
        return Parts(*(Part(seen[part], targets[part]) for part in (slice(400), slice(400, 500), slice(500, 600))))


@pytest.mark.parametrize(
    ("kind", "params"), [(RNN, {"width": 16}), (RNN, {"width": 16, "cell": "gru"}), (Transformer, SMALL)]
)
def test_a_net_of_sequences_learns_to_be_much_better_than_persistence(kind, params):
    torch.manual_seed(0)
    data = Wave()
    model, watch = kind(SPEC, **params, lr=0.01), Observer(lambda share: None)
    fit(model, data, {"max_epochs": 8, "batch_size": 16, "accelerator": "cpu"}, watch)
    inputs, targets = data.parts.test
    with torch.no_grad():
        ours, theirs = ((net.eval()(inputs) - targets).abs().mean(0) for net in (model, Persistence(SPEC)))
    assert (ours < 0.1 * theirs).all()
    assert {"train-loss", "validation-loss", "validation-error"} <= set(watch.curves)
    first, *_, last = watch.curves["validation-error"]
    assert last < first


def test_the_artifact_takes_windows_of_any_length(net):
    (part,) = net.exports()
    (series,) = part.inputs
    assert (series.name, series.shape, series.dtype, series.sequence) == ("series", (6, 4), "float32", 0)
    assert (part.name, part.task, part.outputs) == ("forward", "forecasting", ("forecasts",))
    assert series.longest == net.longest


@pytest.mark.parametrize("kind", NETS)
def test_the_graph_answers_as_the_net_does_at_any_length_though_windows_have_one_step(kind, build, tmp_path):
    family, params = NETS[kind]
    model = build(family, DataSpec("forecasting", (1, 4), horizons=(1, 3, 10)), **params)
    model.task.mean.copy_(torch.tensor([5.0, 0, 1, 2]))
    model.task.deviation.copy_(torch.tensor([3.0, 1, 2, 0.5]))
    (part,) = model.exports()
    export_graph(part, tmp_path / "graph.onnx")
    session = ort.InferenceSession(tmp_path / "graph.onnx", providers=["CPUExecutionProvider"])
    for batch, length in ((1, 1), (3, 6), (2, 40)):
        inputs = windows(batch, length)
        (forecasts,) = session.run(None, {"series": inputs.numpy()})
        with torch.no_grad():
            torch.testing.assert_close(torch.from_numpy(forecasts), model(inputs), atol=1e-4, rtol=1e-4)


def parameters(model):
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(("cell", "gates"), [("lstm", 4), ("gru", 3)])
def test_parameters_and_arithmetic_of_a_recurrent_net_in_closed_form(cell, gates):
    steps, features, horizons, w, layers = 6, 4, 3, 8, 2
    model = RNN(SPEC, cell, w, layers)
    assert parameters(model) == (features + 1) * w + layers * gates * (2 * w**2 + 2 * w) + (w + 1) * horizons
    (part,) = model.exports()
    assert multiply_accumulates(part) == steps * (features * w + layers * gates * 2 * w**2) + w * horizons


def test_parameters_and_arithmetic_of_a_transformer_in_closed_form():
    steps, features, horizons, w = 6, 4, 3, 16
    model = Transformer(SPEC, pattern="sff", width=w, heads=2)
    assert parameters(model) == (features + 1) * w + 4 * w**2 + 2 * 8 * w**2 + 4 * w + w * horizons
    each = features * w + 4 * w**2 + 2 * steps * w + 2 * 8 * w**2
    assert multiply_accumulates(model.exports()[0]) == steps * each + w * horizons


@pytest.mark.parametrize("kind", [RNN, Transformer])
def test_a_series_has_no_tied_embedding(kind):
    assert kind(SPEC, tied=False).embedding.weight.shape[1] == 4
    with pytest.raises(Unsuitable, match="only the embedding of tokens can be `tied`"):
        kind(SPEC, tied=True)


def test_a_series_has_no_memory():
    with pytest.raises(Unsuitable, match=r"a memory needs rows that go on where they ended.*those of a series do not"):
        Transformer(SPEC, memory=4)


@pytest.mark.parametrize("kind", [RNN, Transformer])
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (DataSpec("forecasting", (1, 8, 8), horizons=(1,)), r"needs series .*and horizons"),
        (DataSpec("forecasting", (5, 3)), "needs data with a vocabulary or horizons"),
        (DataSpec("classification", (1, 8, 8), classes=10), "vocabulary or horizons.*the task classification"),
    ],
)
def test_what_is_neither_a_text_nor_a_series_is_refused(kind, spec, message):
    with pytest.raises(Unsuitable, match=message):
        kind(spec)
