"""YAML with line numbers."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bench.errors import SuiteError

Location = tuple[str | int, ...]


STANDARD = "tag:yaml.org,2002:"
TYPES = ("map", "seq", "str", "int", "float", "bool", "null")

# A suite is written by hand. Beyond these bounds it is a mistake or an attack: a few lines of aliases of aliases stand
# for billions of parts, and what is nested without end exhausts the stack.
MOST_PARTS = 100_000
DEEPEST = 100
TOO_DEEP = f"this is nested more than {DEEPEST} deep"


class _Loader(yaml.SafeLoader):
    """YAML 1.1 as PyYAML reads it, but only what JSON can hold, as `results.json` holds the suite.

    `1e-3` is a number and `2024-05-01` is text, as everyone expects.
    """

    yaml_constructors = {  # noqa: RUF012
        tag: construct
        for tag, construct in yaml.SafeLoader.yaml_constructors.items()
        if tag is not None and tag.removeprefix(STANDARD) in TYPES
    }
    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in found if tag != STANDARD + "timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read a part with all that is in it."""
        if self.depth > DEEPEST:
            raise yaml.composer.ComposerError(None, None, TOO_DEEP, self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def finite_float(self, node: yaml.ScalarNode) -> float:
        """A number, neither infinite nor `.nan`."""
        value: float = self.construct_yaml_float(node)
        if not math.isfinite(value):
            raise yaml.constructor.ConstructorError(None, None, f"{node.value} is no finite number", node.start_mark)
        return value

    def unknown_tag(self, node: yaml.Node) -> None:
        """Refuse what JSON has no type for, such as a set, and what would make Python objects."""
        tag = node.tag.replace(STANDARD, "!!")
        raise yaml.constructor.ConstructorError(None, None, f"the tag {tag} is not allowed", node.start_mark)


_Loader.add_constructor(STANDARD + "float", _Loader.finite_float)
_Loader.add_constructor(None, _Loader.unknown_tag)
_Loader.add_implicit_resolver(
    STANDARD + "float", re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$"), list("-+0123456789.")
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


def _instead(path: Path, near: list[str]) -> str:
    """What to name in the place of a file that cannot be read."""
    if near:
        return f"suites there: {', '.join(near)}"
    return "name the file of a suite" if path.is_dir() else ""


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
        folder = path if path.is_dir() else path.parent
        near = sorted(str(other) for other in folder.glob("*.y*ml"))
        raise SuiteError(f"{path}: {reason}", _instead(path, near)) from error
    try:
        source.data = _parsed(text, (), source, lambda mark: f"{path}:{mark.line + 1}")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise SuiteError(f"{path}:{line}: invalid YAML: a character {chr(error.character)!r} is not allowed") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SuiteError(f"{where}: invalid YAML: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(source.data, dict):
        what = "is empty" if source.data is None else "is no mapping"
        raise SuiteError(f"{path}: the suite {what}", "it needs at least `name` and `cases`")
    for override in overrides:
        _apply(source, override)
    return source


def _parsed(text: str, location: Location, source: Source, place: Callable[[yaml.Mark], str]) -> Any:
    """The data of a YAML text that stands at `location`; notes where each part of it was written.

    :param place: a mark of PyYAML -> what to tell the user
    """
    loader = _Loader(text)
    node = loader.get_single_node()
    if node is None:
        return None
    _note_places(node, location, source, place, ())
    return loader.construct_document(node)


def _note_places(
    node: yaml.Node,
    location: Location,
    source: Source,
    place: Callable[[yaml.Mark], str],
    around: tuple[yaml.Node, ...],
) -> None:
    """Note the place of every key and item; refuse a key that is written twice or is no text, and an endless alias."""
    here = place(node.start_mark)
    source.places.setdefault(location, here)
    _refuse_endless(node, here, around, len(source.places))
    _refuse_surrogates(node, here)
    around = (*around, node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where = place(key.start_mark)
            _refuse_no_text(key, where)
            inner = (*location, key.value)
            if inner in source.places:
                raise SuiteError(f"{where}: the key {key.value!r} is written twice")
            source.places[inner] = where
            _note_places(value, inner, source, place, around)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _note_places(item, (*location, index), source, place, around)


def _refuse_endless(node: yaml.Node, where: str, around: tuple[yaml.Node, ...], parts: int) -> None:
    """Refuse what grows beyond all bounds when its aliases are written out."""
    if any(node is outer for outer in around):
        raise SuiteError(f"{where}: what this anchor names contains itself")
    if len(around) > DEEPEST:
        raise SuiteError(f"{where}: {TOO_DEEP}")
    if parts > MOST_PARTS:
        raise SuiteError(f"{where}: with its aliases written out, the suite has more than {MOST_PARTS:,} parts")


def _refuse_no_text(key: yaml.Node, where: str) -> None:
    """Refuse a key that is no text."""
    if key.tag not in {STANDARD + "str", STANDARD + "merge"}:
        written = f"the key {key.value}" if isinstance(key, yaml.ScalarNode) else "this key"
        raise SuiteError(f"{where}: {written} is no text", "put it in quotes")
    _refuse_surrogates(key, where)


def _refuse_surrogates(node: yaml.Node, where: str) -> None:
    """Refuse half of a character, such as `"\\ud800"`, which no file can hold."""
    found = re.search("[\ud800-\udfff]", node.value) if isinstance(node, yaml.ScalarNode) else None
    if found:
        raise SuiteError(f"{where}: {ascii(found[0])[1:-1]} is no character that a file can hold")


def _apply(source: Source, override: str) -> None:
    """Set one `key=value` in the raw content."""
    key, equals, text = override.partition("=")
    option = f"--set {override}"
    parts = key.split(".")
    if not equals or not all(parts):
        raise SuiteError(f"{option}: this is no key=value", "for example --set train.max_epochs=3")
    target = source.data
    location: Location = ()
    for part in parts[:-1]:
        target, location = _entered(target, part, location, source, option)
    last = _index(target, parts[-1], location, source, option)
    location = (*location, last)
    for inner in [other for other in source.places if other[: len(location)] == location]:
        del source.places[inner]
    source.places[location] = option
    try:
        target[last] = _parsed(text, location, source, lambda _: option)
    except (yaml.YAMLError, ValueError) as error:
        reason = getattr(error, "problem", None) or error
        raise SuiteError(f"{option}: the value is invalid YAML: {reason}") from error


def _entered(target: Any, part: str, location: Location, source: Source, option: str) -> tuple[Any, Location]:
    """What stands under one part of a key, and where; a mapping that is not there yet is made."""
    index = _index(target, part, location, source, option)
    location = (*location, index)
    if isinstance(target, dict) and target.get(index) is None:
        target[index] = {}
        source.places[location] = option
    return target[index], location


def _index(target: Any, part: str, location: Location, source: Source, option: str) -> str | int:
    """A part of a key as an index into a mapping, or into a list that has it.

    :raises SuiteError: if there is no such thing
    """
    if isinstance(target, dict):
        return part
    if isinstance(target, list) and part.isdecimal() and int(part) < len(target):
        return int(part)
    parent = ".".join(map(str, location))
    last = f"the last is {parent}.{len(target) - 1}" if isinstance(target, list) and target else ""
    raise SuiteError(f"{option}: there is no {parent}.{part} in {source.name}", last)
