"""The parameters of a target: what a suite can set, and what it may set them to."""

from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, PositiveInt

from bench.signature import REQUIRED, ParameterError, checked, parameters


class Net:
    def __init__(
        self,
        data: object,
        width: int,
        hidden: tuple[int, ...] = (8,),
        act: Literal["relu", "tanh"] = "relu",
        *,
        rate: Annotated[float, Field(gt=0, le=1)] = 0.1,
        bias: bool = True,
        seed: int | None = None,
        extra=None,
        sizes: list[PositiveInt] | None = None,
    ) -> None: ...


def check(**values: object) -> dict[str, object]:
    return checked(Net, {"width": 3, **values}, given=("data",))


def test_lists_what_a_suite_can_set_in_order():
    names = ["width", "hidden", "act", "rate", "bias", "seed", "extra", "sizes"]
    assert [p.name for p in parameters(Net, ("data",))] == names


def test_what_has_no_default_is_required():
    assert {p.name for p in parameters(Net) if p.default is REQUIRED} == {"data", "width"}


def test_variable_arguments_are_no_parameters():
    def build(a: int, *args: int, **more: int) -> None: ...

    assert [p.name for p in parameters(build)] == ["a"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("width", "int"),
        ("hidden", "tuple[int, ...]"),
        ("act", "'relu' | 'tanh'"),
        ("rate", "float > 0, <= 1"),
        ("seed", "int | None"),
        ("extra", "any"),
        ("sizes", "list[int > 0] | None"),
    ],
)
def test_types_are_written_for_a_reader(name, written):
    assert {p.name: p.type_name for p in parameters(Net)}[name] == written


def test_an_annotation_that_cannot_be_resolved_leaves_the_target_usable():
    def build(a: "Nonsense", b: int = 1) -> None: ...  # noqa: F821

    assert [p.type_name for p in parameters(build)] == ["any", "any"]
    assert checked(build, {"a": 1}) == {"a": 1}


def test_a_list_becomes_the_tuple_that_is_wanted():
    assert check(hidden=[4, 2])["hidden"] == (4, 2)


@given(st.integers(), st.floats(1e-9, 1), st.booleans(), st.none() | st.integers())
def test_values_of_the_right_type_stay_what_they_are(width, rate, bias, seed):
    values = {"width": width, "rate": rate, "bias": bias, "seed": seed}
    assert checked(Net, values, given=("data",)) == values


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("width", "wide", "not 'wide' (the type is int)"),
        ("width", 1.5, "not 1.5"),
        ("width", None, "not None"),
        ("hidden", 8, "not 8 (the type is tuple[int, ...])"),
        ("hidden", [8, "x"], "not [8, 'x']"),
        ("act", "selu", "should be 'relu' or 'tanh', not 'selu'"),
        ("rate", 0, "greater than 0, not 0"),
        ("rate", 2, "less than or equal to 1, not 2"),
        ("width", "64", "not '64' (the type is int)"),
        ("width", True, "not True (the type is int)"),
        ("rate", "0.5", "not '0.5'"),
        ("rate", "nan", "not 'nan'"),
        ("rate", True, "not True"),
        ("bias", 1, "not 1 (the type is bool)"),
        ("sizes", [1, 0], "greater than 0, not [1, 0]"),
        ("bias", "maybe", "not 'maybe' (the type is bool)"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_what_is_allowed(name, value, says):
    with pytest.raises(ParameterError) as caught:
        check(**{name: value})
    assert caught.value.parameter == name
    assert str(caught.value).startswith(f"{name}: ")
    assert says in str(caught.value)


def test_a_whole_number_is_a_number():
    assert check(rate=1)["rate"] == 1.0


def test_an_unknown_parameter_is_named_with_the_nearest():
    with pytest.raises(ParameterError, match=r"unknown parameter 'widht' \(did you mean 'width'\?") as caught:
        check(widht=3)
    assert caught.value.parameter == "widht"


def test_what_the_harness_fills_in_cannot_be_set():
    with pytest.raises(ParameterError, match="unknown parameter 'data'"):
        check(data=1)


def test_a_missing_parameter_is_named_with_its_type():
    with pytest.raises(ParameterError, match=r"the parameter 'width' is missing \(its type is int\)"):
        checked(Net, {}, given=("data",))


def test_a_target_that_takes_anything_gets_anything():
    def build(**more: object) -> None: ...

    assert checked(build, {"a": [1], "b": "x"}) == {"a": [1], "b": "x"}


def test_a_type_that_pydantic_does_not_know_is_the_targets_own_business():
    class Odd: ...

    def build(a: Odd) -> None: ...

    assert checked(build, {"a": 3}) == {"a": 3}
