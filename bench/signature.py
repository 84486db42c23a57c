"""The parameters of a plugin's target, read from its signature: listed by `bench show`, checked before a run."""

import inspect
import json
import types
import typing
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from bench.errors import BenchError, suggestion

REQUIRED = inspect.Parameter.empty
PLAIN = {REQUIRED: "any", typing.Any: "any", types.NoneType: "None", ...: "..."}
BOUNDS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


class ParameterError(BenchError):
    """A parameter that a target does not have, or a value that it cannot take."""

    def __init__(self, parameter: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.parameter = parameter


@dataclass(frozen=True)
class Parameter:
    """A parameter: its type as it was annotated, and its default (`REQUIRED` if there is none)."""

    name: str
    annotation: Any
    default: Any

    @property
    def type_name(self) -> str:
        """The type as a reader would write it."""
        return _written(self.annotation)


def _written(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, Hashable) and annotation in PLAIN:
        return PLAIN[annotation]
    if origin is typing.Annotated:
        return _bounded(*arguments)
    if origin is typing.Literal:
        return " | ".join(repr(value) for value in arguments)
    if origin is typing.Union or origin is types.UnionType:
        return " | ".join(_written(member) for member in arguments)
    if arguments and isinstance(origin, type):
        return f"{origin.__name__}[{', '.join(map(_written, arguments))}]"
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _bounded(base: Any, *notes: Any) -> str:
    """`int > 0` for pydantic's PositiveInt."""
    single = [part for note in notes for part in getattr(note, "metadata", [note])]
    bounds = [f"{sign} {getattr(one, name)}" for one in single for name, sign in BOUNDS.items() if hasattr(one, name)]
    return " ".join([_written(base), ", ".join(bounds)]).strip()


def parameters(target: Callable[..., Any], given: tuple[str, ...] = ()) -> list[Parameter]:
    """The parameters that a suite can set.

    :param target: a class or function
    :param given: names that the harness fills in itself, such as a model's `data`
    """
    function: Any = target.__init__ if inspect.isclass(target) else target
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception:  # an annotation that cannot be resolved must not make the plugin unusable
        hints = {}
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [
        Parameter(name, hints.get(name, REQUIRED), parameter.default)
        for name, parameter in inspect.signature(target).parameters.items()
        if parameter.kind in kinds and name not in given
    ]


def first_parameter(target: Callable[..., Any]) -> str:
    """The name of what the harness itself gives a target, such as a model's `data`, which a suite cannot set."""
    return next(iter(inspect.signature(target).parameters), "")


def checked(target: Callable[..., Any], values: dict[str, Any], given: tuple[str, ...] = ()) -> dict[str, Any]:
    """`values` converted to the annotated types, for instance a YAML list to a tuple.

    :raises ParameterError: for an unknown or missing parameter, or a value of the wrong type
    """
    known = {parameter.name: parameter for parameter in parameters(target, given)}
    takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in inspect.signature(target).parameters.values())
    for name in values:
        if name not in known and not takes_any:
            raise ParameterError(name, f"unknown parameter {name!r}", suggestion(name, known))
    for name, parameter in known.items():
        if parameter.default is REQUIRED and name not in values:
            raise ParameterError(name, f"the parameter {name!r} is missing", f"its type is {parameter.type_name}")
    return {name: _converted(known[name], value) if name in known else value for name, value in values.items()}


def _converted(parameter: Parameter, value: Any) -> Any:
    from pydantic import TypeAdapter, ValidationError

    if parameter.annotation is REQUIRED:
        return value
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(parameter.annotation)
    except Exception:  # a type that pydantic does not know is the target's own business
        return value
    try:
        # As JSON, since of YAML's types it has the same few: a list is a tuple there, but no text is a number.
        return adapter.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        message = error.errors()[0]["msg"]
        text = f"{parameter.name}: {message[0].lower()}{message[1:]}, not {value!r}"
        raise ParameterError(parameter.name, text, f"the type is {parameter.type_name}") from error
