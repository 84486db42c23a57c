"""The formats of a comparison by name. A format's module is imported when it is asked for."""

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

from bench.compare.records import Comparison

Renderer = Callable[[Comparison, bool], str]


def _in(module: str, function: str) -> Callable[..., str]:
    """A function of a format's module."""

    def call(*arguments: Any) -> str:
        text: str = getattr(import_module(f"bench.report.comparison.{module}"), function)(*arguments)
        return text

    return call


MODULES = {"text": "text", "md": "markdown", "json": "json", "junit": "junit", "github": "github", "html": "html"}

# Name -> what writes a comparison, strictly or not: `strict` says whether what is inconclusive or vanished is bad.
FORMATS: dict[str, Renderer] = {name: _in(module, "render") for name, module in MODULES.items()}


def no_baseline(form: str, name: str, allowed: Collection[str]) -> str:
    """What stands in a comparison's place where there is no baseline of this name yet, which passes.

    :param form: one of `FORMATS`
    :param allowed: the baselines that there are
    """
    return _in(MODULES[form], "no_baseline")(name, allowed)
