"""Errors say what is wrong, what is allowed and what was probably meant."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import errors
from bench.errors import BenchError, UnknownName, suggestion

names = st.text("abcdefghijklmnopqrstuvwxyz-0123456789", min_size=1, max_size=12)


def test_message_alone_is_the_text():
    assert str(BenchError("it is wrong")) == "it is wrong"


def test_hint_follows_in_parentheses():
    assert str(BenchError("it is wrong", "do it right")) == "it is wrong (do it right)"


@pytest.mark.parametrize("name", ["SuiteError", "UnknownName", "Unsuitable", "DataMissing", "RunError"])
def test_every_expected_error_is_a_mistake_in_what_was_asked(name):
    kind = getattr(errors, name)
    assert issubclass(kind, BenchError)
    assert kind.exit_code == 2


def test_unknown_name_says_kind_name_and_what_is_allowed():
    assert str(UnknownName("model", "mpl", ["mlp", "convnet"])) == (
        "unknown model 'mpl' (did you mean 'mlp'? allowed: convnet, mlp)"
    )


def test_nothing_allowed_is_said_so():
    assert suggestion("x", []) == "there are none"


@pytest.mark.parametrize(
    ("given_name", "right"),
    [("lenet", "lenet5"), ("onnx", "onnxruntime"), ("acuracy", "accuracy"), ("MLP", "mlp"), ("epochs", "max_epochs")],
)
def test_nearest_name_is_suggested(given_name, right):
    allowed = ["lenet5", "mlp", "onnxruntime", "accuracy", "max_epochs", "torch"]
    assert suggestion(given_name, allowed).startswith(f"did you mean {right!r}? ")


def test_what_resembles_nothing_gets_no_suggestion():
    assert suggestion("xyz", ["mlp", "convnet"]) == "allowed: convnet, mlp"


@given(st.lists(names, min_size=1, unique=True))
def test_all_allowed_names_are_listed_in_order(allowed):
    assert suggestion("?", allowed) == "allowed: " + ", ".join(sorted(allowed))


@given(st.lists(names, min_size=1, max_size=6, unique=True), st.data())
def test_a_slip_of_the_shift_key_is_understood(allowed, data):
    meant = data.draw(st.sampled_from(allowed))
    assert suggestion(meant.upper(), allowed).startswith(f"did you mean {meant!r}?")


@given(names, st.lists(names, min_size=1, unique=True))
def test_no_other_name_resembles_more_than_the_suggested_one(name, allowed):
    def likeness(other: str) -> float:
        return difflib.SequenceMatcher(None, other, name).ratio()

    hint = suggestion(name, allowed)
    if hint.startswith("did you mean"):
        assert likeness(hint.split("'")[1]) == max(map(likeness, allowed))
    else:
        assert max(map(likeness, allowed)) < 0.5
