"""Finds the plugins and keeps those that are broken away from everything else."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from bench import hookspecs
from bench.errors import BenchError, suggestion

GROUP = "bench"


@dataclass(frozen=True)
class Plugin:
    """An installed plugin: its entry point's name, its distribution and the hooks that it implements."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...] = ()


@dataclass
class Plugins:
    """The plugins that loaded, and those that are broken with every reason, joined by `; `."""

    manager: pluggy.PluginManager
    loaded: list[Plugin] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def collect(self, hook: str) -> Iterator[tuple[str, Any]]:
        """Every record that the plugins return from `hook`, with the plugin's name; one that raises becomes broken."""
        for name, caller in self._callers(hook):
            try:
                # A hook may be a generator, which raises only when it is read.
                records = [record for answer in caller() for record in answer or ()]
            except BaseException as error:  # a real Ctrl-C cannot be told from a plugin's own KeyboardInterrupt
                self.mark_broken(name, hook, error)
            else:
                yield from ((name, record) for record in records)

    def notify(self, hook: str, **arguments: Any) -> None:
        """Call an observer of every plugin; one that raises becomes broken."""
        for name, caller in self._callers(hook):
            try:
                caller(**arguments)
            except KeyboardInterrupt:  # observers are called during a run, which Ctrl-C must end
                raise
            except BaseException as error:
                self.mark_broken(name, hook, error)

    def _callers(self, hook: str) -> Iterator[tuple[str, pluggy.HookCaller]]:
        """For every plugin, what calls its implementation of `hook` and no other's."""
        everyone = self.manager.list_name_plugin()
        for name, plugin in everyone:
            others = [other for _, other in everyone if other is not plugin]
            yield name, self.manager.subset_hook_caller(hook, others)

    def mark_broken(self, name: str, hook: str, error: BaseException) -> None:
        """Note that a plugin raised, where, and why."""
        self.complain(name, f"{hook}: {_reason(error)}")

    def complain(self, name: str, reason: str) -> None:
        """Note one more reason why a plugin is broken."""
        before = self.broken.get(name)
        if before is None or reason not in before:
            self.broken[name] = f"{before}; {reason}" if before else reason


def load_plugins() -> Plugins:
    """Load every entry point of the group `bench`. Never raises on account of a plugin."""
    manager = pluggy.PluginManager("bench")
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(manager)
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        _load(plugins, entry)
    return plugins


def _load(plugins: Plugins, entry: EntryPoint) -> None:
    manager = plugins.manager
    if manager.has_plugin(entry.name):
        plugins.complain(f"{entry.name} ({entry.value})", "another plugin has this name already")
        return
    try:
        module = entry.load()
        manager.register(module, entry.name)
        callers = manager.get_hookcallers(module) or []
        unknown = [caller.name for caller in callers if not caller.has_spec()]
        if unknown:
            manager.unregister(module)
            known = [hook for hook in vars(hookspecs) if hook.startswith("bench_")]
            raise BenchError(f"there is no hook {unknown[0]}", suggestion(unknown[0], known))
    except BaseException as error:  # also a KeyboardInterrupt: a real Ctrl-C cannot be told from a plugin's own
        if manager.has_plugin(entry.name):
            manager.unregister(name=entry.name)
        plugins.complain(entry.name, _reason(error))
        return
    distribution = entry.dist
    plugins.loaded.append(
        Plugin(
            entry.name,
            (distribution and distribution.name) or "",  # either may be missing from what was not installed by pip
            (distribution and distribution.version) or "",
            tuple(sorted(caller.name for caller in callers)),
        )
    )


def _reason(error: BaseException) -> str:
    """One line that says what happened and where."""
    place = ""
    trace = error.__traceback__ or sys.exc_info()[2]
    while trace is not None:
        place = f" [{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}]"
        trace = trace.tb_next
    return f"{type(error).__name__}: {_message(error)}{place}"


def _message(error: BaseException) -> str:
    """An error's own words, in one line."""
    try:
        return " ".join(str(error).split())
    except BaseException:  # the error is a plugin's class, and may be broken itself
        return "(its message cannot be read)"
