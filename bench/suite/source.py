"""YAML with line numbers."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.errors import SuiteError

Location = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML 1.1 as PyYAML reads it, but `1e-3` is a number, as everyone expects."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$"), list("-+0123456789.")
)


@dataclass
class Source:
    """A suite's raw content and where each part of it was written.

    :param name: the file, as the user named it
    :param data: the parsed YAML
    :param places: location -> `file:line`, or the command-line option that set it
    """

    name: str
    data: Any
    places: dict[Location, str] = field(default_factory=dict)

    def place(self, location: Location) -> str:
        """`file:line` of a location, or of the nearest part that encloses it."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, self.name)

    def error(self, location: Location, message: str, hint: str = "") -> SuiteError:
        """An error that begins with the place of `location`."""
        return SuiteError(f"{self.place(location)}: {message}", hint)


def read_source(path: Path, overrides: tuple[str, ...] = ()) -> Source:
    """Read a suite file and apply `--set` overrides.

    :param path: the YAML file
    :param overrides: `key=value` each; the key has dots between its parts, the value is YAML
    :raises SuiteError: if there is no such file, it is no YAML, or an override cannot be applied
    """
    source = Source(str(path), None)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        near = sorted(str(other) for other in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        raise SuiteError(f"{path}: {reason}", f"suites there: {', '.join(near)}" if near else "") from error
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            _note_places(node, (), source)
            source.data = loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SuiteError(f"{where}: invalid YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(source.data, dict):
        what = "is empty" if source.data is None else "is no mapping"
        raise SuiteError(f"{path}: the suite {what}", "it needs at least `name` and `cases`")
    for override in overrides:
        _apply(source, override)
    return source


def _note_places(node: yaml.Node, location: Location, source: Source) -> None:
    """Note the line of every key and item, and refuse a key that is written twice."""
    source.places.setdefault(location, f"{source.name}:{node.start_mark.line + 1}")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*location, str(key.value))
            if inner in source.places:
                raise SuiteError(f"{source.name}:{key.start_mark.line + 1}: the key {key.value!r} is written twice")
            source.places[inner] = f"{source.name}:{key.start_mark.line + 1}"
            _note_places(value, inner, source)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_places(item, (*location, index), source)


def _apply(source: Source, override: str) -> None:
    """Set one `key=value` in the raw content."""
    key, equals, text = override.partition("=")
    option = f"--set {override}"
    if not equals or not key:
        raise SuiteError(f"{option}: this is no key=value", "for example --set train.max_epochs=3")
    try:
        value = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise SuiteError(f"{option}: the value is invalid YAML") from error
    location: list[str | int] = []
    target = source.data
    *parents, last = [int(part) if part.isdigit() else part for part in key.split(".")]
    for part in parents:
        location.append(part)
        try:
            target = target.setdefault(part, {}) if isinstance(target, dict) else target[part]
        except (TypeError, IndexError, KeyError) as error:
            raise SuiteError(f"{option}: there is no {'.'.join(map(str, location))} in {source.name}") from error
    try:
        target[last] = value
    except (TypeError, IndexError) as error:
        raise SuiteError(f"{option}: there is no {key} in {source.name}") from error
    source.places[(*location, last)] = option
