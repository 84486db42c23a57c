"""A clock that only moves when something takes its time: what is tested with it does not depend on the machine."""

import types

import pytest


class Clock:
    """Stands in for the module `time`; a look at it takes 100 ns, so that waiting for it ends."""

    def __init__(self) -> None:
        self.now_ns = 0

    def perf_counter_ns(self) -> int:
        self.now_ns += 100
        return self.now_ns

    def perf_counter(self) -> float:
        return self.perf_counter_ns() / 1e9

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


@pytest.fixture
def clock(monkeypatch):
    """`clock(module, ...)` puts one such clock in the place of the modules' `time`."""

    def replace(*modules: types.ModuleType) -> Clock:
        made = Clock()
        for module in modules:
            monkeypatch.setattr(module, "time", made)
        return made

    return replace
