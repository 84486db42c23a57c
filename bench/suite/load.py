"""Validates a suite's raw content, with messages that name file, line, what was given and what is allowed."""

import json
import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bench.errors import SuiteError, suggestion
from bench.suite.schema import Suite
from bench.suite.source import Location, Source, read_source


def load_suite(path: Path, overrides: tuple[str, ...] = ()) -> tuple[Suite, Source]:
    """Read and validate a suite.

    :param path: the YAML file
    :param overrides: `key=value` each, as `--set` has them
    :raises SuiteError: with a line for every mistake
    """
    source = read_source(path, overrides)
    return validated(Suite, source.data, source, ()), source


Model = typing.TypeVar("Model", bound=BaseModel)


def validated(schema: type[Model], data: Any, source: Source, location: Location) -> Model:
    """`data`, which stands at `location` of the source, as the schema's class.

    :raises SuiteError: with a line for every mistake
    """
    try:
        return schema.model_validate(data)
    except ValidationError as error:
        problems: dict[Location, list[Any]] = {}
        for problem in error.errors():
            problems.setdefault(_location_in(data, problem["loc"]), []).append(problem)
        lines = (_described(found, within, schema, source, location) for within, found in problems.items())
        raise SuiteError("\n".join(lines)) from error


def _location_in(data: Any, location: Location) -> Location:
    """A pydantic location without the parts that only say which member of a union or which wrapper it tried."""
    within: list[str | int] = []
    for part in location:
        if isinstance(data, dict):
            within.append(part)
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            within.append(part)
            data = data[part] if part < len(data) else None
    return tuple(within)


# pydantic's kinds of errors whose own words speak of Python.
PLAIN = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "dict_type": "should be a mapping (`key: value`)",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "list_type": "should be a list",
    "model_type": "should be a mapping (`key: value`)",
    "string_pattern_mismatch": "should have only letters, digits, `.`, `_`, `+`, `-`, and begin with a letter or digit",
    "string_type": "should be text",
    "too_short": "should not be empty",
}


def _described(found: list[Any], within: Location, schema: type[BaseModel], source: Source, location: Location) -> str:
    """One line for pydantic's errors about one place; there are several where one of several types was allowed."""
    where = source.place((*location, *within))
    key = ".".join(str(part) for part in within)
    problem = found[0]
    kind = problem["type"]
    if kind == "extra_forbidden":
        return f"{where}: unknown key {str(within[-1])!r} ({suggestion(str(within[-1]), _fields(schema, within[:-1]))})"
    if kind == "missing":
        return f"{where}: {key!r} is missing"
    message = " or ".join(dict.fromkeys(_message(one) for one in found))
    message += "" if kind in {"value_error", "too_short"} else _given(problem["input"])
    if kind == "string_type" and isinstance(problem["input"], bool | int | float):
        message += " (put it in quotes)"
    return f"{where}: {key}: {message}" if key else f"{where}: {message}"


def _message(problem: Any) -> str:
    """What is wrong, in the words of someone who writes YAML."""
    message: str = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return PLAIN.get(problem["type"], message[0].lower() + message[1:])


def _fields(schema: type[BaseModel], location: Location) -> list[str]:
    """The keys that are allowed at a location."""
    for part in location:
        field = schema.model_fields.get(str(part))
        inner = _models_in(field.annotation) if field else []
        schema = inner[0] if inner else schema
    return list(schema.model_fields)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in typing.get_args(annotation) for model in _models_in(argument)]


def _given(value: Any) -> str:
    """What stands there instead, as the user may have written it."""
    if value is None:
        return ", but nothing stands there"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f", not `{text}`" if len(text) <= 60 else f", not `{text[:57]}...`"
