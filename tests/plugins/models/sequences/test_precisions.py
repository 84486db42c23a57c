"""Graphs of less precision than fp32, by ONNX Runtime's tools: they answer as the model does, at any length."""

import pytest
import torch

from bench import Artifact
from bench.parity import difference
from bench.stages.answering import torch_call
from bench.stages.export import export_graph
from bench.stages.precision import write_graph
from bench_datasets.text import Text
from bench_models.sequences.ngram import NGram
from bench_models.sequences.rnn import RNN
from bench_models.sequences.transformer import Transformer
from bench_runtimes.onnx import OnnxRuntime

MODELS = {
    "rotary": lambda spec: Transformer(spec, width=16, blocks=3),
    "relative": lambda spec: Transformer(spec, width=16, blocks=3, positions="relative"),
    "lstm": lambda spec: RNN(spec, width=32),
    "ngram": lambda spec: NGram(spec, 3),
}


@pytest.fixture(scope="module")
def data():
    data = Text(length=32)
    data.setup()
    return data


@pytest.fixture(scope="module", params=MODELS)
def exported(request, data, tmp_path_factory):
    """An artifact, and its fp32 graph; a model after a few steps of training, so that its answers differ by token."""
    torch.manual_seed(0)
    model = MODELS[request.param](data.spec)
    if hasattr(model, "fit"):
        model.fit(data)
    else:
        optimizer = torch.optim.Adam(model.parameters(), 1e-2)
        for batch, _ in zip(data.train_dataloader(), range(10), strict=False):
            optimizer.zero_grad()
            model.training_step(batch, 0).backward()
            optimizer.step()
    (part,) = model.eval().exports()
    path = tmp_path_factory.mktemp("graphs") / "fp32.onnx"
    export_graph(part, path)
    return part, path


@pytest.mark.parametrize("precision", ["fp16", "int8-dynamic", "int8-static"])
def test_a_lossy_graph_answers_as_its_model_at_any_length(exported, data, precision):
    part, source = exported
    path = source.with_name(f"{precision}.onnx")
    samples = data.parts.train.inputs[:128].contiguous().numpy()
    write_graph(part, precision, source, path, [samples])
    artifact = Artifact(part.name, part.task, precision, str(path), "", part.inputs, part.outputs)
    session = OnnxRuntime().load(artifact, "cpu", 1)
    for length in (8, 64):
        tokens = data.parts.test.inputs.reshape(-1)[: 8 * length].view(8, length)
        (answer,) = session.call([tokens.numpy()])
        (expected,) = torch_call(part)((tokens,))
        assert difference(expected, answer, precision).excess < 0.5
