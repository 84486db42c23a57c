"""Everything that the plugins offer, by kind and name."""

import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from bench.errors import BenchError, UnknownName
from bench.records import (
    PRECISIONS,
    SCENARIOS,
    DatasetInfo,
    Info,
    MetricInfo,
    ModelInfo,
    ReporterInfo,
    RuntimeInfo,
    RuntimeUse,
)
from bench.signature import checked

if TYPE_CHECKING:  # a timing process, which builds a runtime, does without what finds plugins
    from bench.manager import Plugins

KINDS: dict[str, type[Any]] = {
    "models": ModelInfo,
    "datasets": DatasetInfo,
    "metrics": MetricInfo,
    "runtimes": RuntimeInfo,
    "reporters": ReporterInfo,
}

FORMS: tuple[str, ...] = get_args(get_type_hints(MetricInfo)["form"])


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_bound(value: Any) -> bool:
    return _is_finite(value) and value >= 0


def _is_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, str) for one in value)


def _are_among(known: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple) and value != () and all(one in known for one in value)


BOUND = ("is neither None nor a finite number from 0 on", lambda value: value is None or _is_bound(value))

# A field's name, or else its type -> what is wrong with a value that does not hold.
RULES: dict[Any, tuple[str, Callable[[Any], bool]]] = {
    str: ("is no text", lambda value: isinstance(value, str)),
    bool: ("is neither True nor False", lambda value: isinstance(value, bool)),
    "name": (
        "is no text of letters, digits, `.`, `_`, `+`, `-` that begins with a letter or digit, as a suite can name it",
        lambda value: isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", value) is not None,
    ),
    "higher_is_better": (
        "is neither True, False nor None",
        lambda value: value is None or isinstance(value, bool),
    ),
    "task": (
        "is neither a text nor a tuple of texts",
        lambda value: isinstance(value, str) or (value != () and _is_texts(value)),
    ),
    "form": (f"is none of {', '.join(FORMS)}", lambda value: value in FORMS),
    "tolerance": BOUND,
    "lossy_tolerance": BOUND,
    "best": ("is neither None nor a finite number", lambda value: value is None or _is_finite(value)),
    "precisions": (f"is no tuple of some of {', '.join(PRECISIONS)}", _are_among(PRECISIONS)),
    "scenarios": (f"is no tuple of some of {', '.join(SCENARIOS)}", _are_among(SCENARIOS)),
    "requires": (
        "is no tuple of module names",
        _is_texts,
    ),
}


@dataclass(frozen=True)
class Entry:
    """A record and the plugin that it came from."""

    info: Any
    plugin: str


class Catalog:
    """Name -> record, for each kind.

    Two plugins that offer one name of one kind make this name unusable, not the others: `find` says who they are.

    :param plugins: the loaded plugins; a hook that raises, or returns what it should not, makes its plugin broken
    """

    def __init__(self, plugins: "Plugins") -> None:
        self.plugins = plugins
        self._entries: dict[str, dict[str, Entry]] = {}
        self._clashes: dict[tuple[str, str], BenchError] = {}
        for kind, record in KINDS.items():
            self._entries[kind] = self._collect(kind, record)

    def entries(self, kind: str) -> Mapping[str, Entry]:
        """The usable records of a kind by name, each plugin's in the order in which it gives them."""
        return self._entries[kind]

    def find(self, kind: str, name: str) -> Entry:
        """The record of this name.

        :raises UnknownName: if there is none
        :raises BenchError: if two plugins offer it
        """
        if (kind, name) in self._clashes:
            raise self._clashes[kind, name]
        if name not in self._entries[kind]:
            raise UnknownName(kind[:-1], name, self._entries[kind])
        return self._entries[kind][name]

    @property
    def clashes(self) -> list[BenchError]:
        """What is unusable because several plugins offer it, one error a name."""
        return list(self._clashes.values())

    def search(self, name: str) -> list[tuple[str, Entry]]:
        """Every (kind, record) of this name.

        :raises UnknownName: if there is none
        :raises BenchError: if two plugins offer it
        """
        for clash in (self._clashes.get((kind, name)) for kind in KINDS):
            if clash is not None:
                raise clash
        found = [(kind, entries[name]) for kind, entries in self._entries.items() if name in entries]
        if not found:
            raise UnknownName("name", name, {name for entries in self._entries.values() for name in entries})
        return found

    def _collect(self, kind: str, record: type[Any]) -> dict[str, Entry]:
        owners: dict[str, list[Entry]] = {}
        for plugin, info in self.plugins.collect(f"bench_{kind}"):
            try:
                complaint = _complaint(info, record)
            except BaseException as error:  # what a plugin returned may raise at a mere look at it
                self.plugins.mark_broken(plugin, f"bench_{kind}", error)
                continue
            if complaint:
                self.plugins.complain(plugin, f"bench_{kind}: {complaint}")
            else:
                owners.setdefault(info.name, []).append(Entry(info, plugin))
        for name, entries in owners.items():
            if len(entries) > 1:
                offered = f"{kind[:-1]} {name!r} is offered by several plugins"
                hint = "uninstall one: " + ", ".join(entry.plugin for entry in entries)
                self._clashes[kind, name] = BenchError(offered, hint)
        return {name: entries[0] for name, entries in owners.items() if len(entries) == 1}


def _complaint(info: Any, record: type[Any]) -> str:
    """What is wrong with what a hook returned; empty if nothing is."""
    if not isinstance(info, record):
        return f"{info!r} is no {record.__name__}"
    for field in fields(record):
        value = getattr(info, field.name)
        rule, holds = RULES.get(field.name) or RULES[field.type]
        if not holds(value):
            return f"the {field.name} of {info!r} {rule}"
    return ""


def resolve(info: Info) -> Any:
    """Import a record's target."""
    return named(info.target)


def named(target: str) -> Any:
    """Import what `"package.module:attribute"` names."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def build_runtime(use: RuntimeUse) -> Any:
    """The runtime with the parameters that a suite gives it.

    :raises ParameterError: if it does not take them
    """
    target = resolve(use.info)
    return target(**checked(target, use.params))


def missing(info: Info) -> tuple[str, ...]:
    """The modules that a runtime requires and that are not installed; nothing is imported to find them."""
    packages = {name.partition(".")[0]: name for name in getattr(info, "requires", ())}
    return tuple(name for package, name in packages.items() if not is_installed(package))


def is_installed(package: str) -> bool:
    """Whether a package can be imported; it is not imported to find that out."""
    return sys.modules.get(package) is not None or importlib.util.find_spec(package) is not None


def how_to_install(info: RuntimeInfo) -> str:
    """The command that installs what a runtime requires; empty if its plugin does not say."""
    return f"pip install '{info.extra}'" if info.extra else ""
