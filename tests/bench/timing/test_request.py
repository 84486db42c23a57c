"""What a timing process is asked and answers survives the way through a file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.conditions import Conditions
from bench.records import Artifact, RuntimeInfo, RuntimeUse, TensorSpec
from bench.timing.request import Effort, Load, LoadAnswer, Rival, TimingAnswer, TimingRequest

texts = st.text(max_size=10)
names = st.lists(texts, max_size=3).map(tuple)
shapes = st.lists(st.integers(1, 99), max_size=3).map(tuple)
tensors = st.builds(TensorSpec, texts, shapes, texts, sequence=st.none() | st.integers(0, 2))
artifacts = st.builds(Artifact, *[texts] * 5, inputs=st.lists(tensors, max_size=3).map(tuple), outputs=names)
seconds = st.floats(0, 10)
maybe = st.none() | seconds
loads = st.builds(
    Load,
    texts,
    st.lists(st.integers(1, 99), max_size=3).map(tuple),
    rates_per_s=st.lists(seconds).map(tuple),
    length=st.none() | st.integers(1, 99),
)
runtimes = st.builds(RuntimeUse, texts, st.builds(RuntimeInfo, texts, texts, st.booleans(), texts, texts))
requests = st.builds(
    TimingRequest,
    runtime=runtimes,
    artifact=artifacts,
    rows=texts,
    device=texts,
    threads=st.integers(1, 8),
    cores=st.lists(st.integers(0, 8), max_size=3).map(tuple),
    loads=st.lists(loads, max_size=3).map(tuple),
    effort=st.builds(Effort, seconds, seconds, seconds, st.integers(1, 999), seconds),
    samples=texts,
    rival=st.none() | st.builds(Rival, runtimes, artifacts, texts, st.booleans()),
)
conditions = st.builds(Conditions, pace_s=maybe, waiting=maybe, busy_cores=maybe)
answered = st.builds(
    LoadAnswer,
    st.integers(0, 9),
    st.integers(1, 99),
    maybe,
    texts,
    st.integers(),
    seconds,
    st.integers(),
    st.booleans(),
    conditions,
    of_rival=st.booleans(),
)
answers = st.builds(
    TimingAnswer,
    texts,
    maybe,
    cores=st.lists(st.integers(0, 8)).map(tuple),
    loads=st.lists(answered, max_size=3).map(tuple),
    error=texts,
)


@given(requests)
def test_a_request_survives_json(request_):
    assert TimingRequest.from_json(request_.to_json()) == request_


@given(answers)
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
    assert (content["error"], content["loads"]) == ("it hung", [])
