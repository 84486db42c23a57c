"""What a timing process is asked and answers survives the way through a file."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing.request import TimingAnswer, TimingRequest

texts = st.text(max_size=10)
names = st.lists(texts, max_size=3).map(tuple)
tensors = st.builds(TensorSpec, texts, st.lists(st.integers(1, 99), max_size=3).map(tuple), texts)
artifacts = st.builds(Artifact, *[texts] * 5, inputs=st.lists(tensors, max_size=3).map(tuple), outputs=names)
requests = st.builds(
    TimingRequest,
    runtime=st.builds(RuntimeUse, texts, st.builds(RuntimeInfo, texts, texts, st.booleans(), texts, texts)),
    artifact=artifacts,
    rows=texts,
    device=texts,
    threads=st.integers(1, 8),
    batch_sizes=st.lists(st.integers(1, 512), max_size=3).map(tuple),
    samples=names,
    warmup_s=st.floats(0, 10),
    min_seconds=st.floats(0, 10),
    min_samples=st.integers(1, 999),
)


@given(requests)
def test_a_request_survives_json(request_):
    assert TimingRequest.from_json(request_.to_json()) == request_


@given(st.builds(TimingAnswer, texts, st.floats(0, 1), texts))
def test_an_answer_survives_its_file(tmp_path, answer):
    answer.write(tmp_path / "answer.json")
    assert TimingAnswer.read(tmp_path / "answer.json") == answer


def test_half_an_answer_is_no_answer(tmp_path):
    path = tmp_path / "answer.json"
    TimingAnswer("CPU", 1.0).write(path)
    path.write_text(path.read_text()[:-5])
    with pytest.raises(ValueError, match=r"delimiter|Expecting"):
        TimingAnswer.read(path)


def test_an_answer_is_plain_json(tmp_path):
    TimingAnswer(error="it hung").write(tmp_path / "answer.json")
    content = json.loads((tmp_path / "answer.json").read_text())
    assert content == dataclasses.asdict(TimingAnswer(error="it hung"))
