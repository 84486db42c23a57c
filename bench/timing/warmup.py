"""Calls that do not count, until those that follow can be expected to take the same time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# Calls are taken in windows of at least this long and this many. They are stable when the medians of the last three
# windows lie within STABLE of each other.
WINDOW_S = 0.01
WINDOW_CALLS = 3
STABLE = 0.05


@dataclass(frozen=True)
class WarmUp:
    """How many calls it took, what the last window's took in the middle, and whether they had become stable."""

    calls: int
    call_s: float
    stable: bool


def warm_up(call: Callable[[Any], Any], inputs: Sequence[Any], least_s: float, most_s: float) -> WarmUp:
    """Call until calls are stable.

    :param inputs: what it is called with, in rotation
    :param least_s: seconds to go on at least
    :param most_s: seconds after which calls that are not stable are given up; there is always one window
    """
    call(inputs[0])  # a runtime may compile in its first call: that is no patience lost
    began, count = time.perf_counter(), 1
    medians: list[float] = []
    while True:
        window: list[float] = []
        while len(window) < WINDOW_CALLS or sum(window) < min(WINDOW_S, most_s):
            start = time.perf_counter()
            call(inputs[count % len(inputs)])
            window.append(time.perf_counter() - start)
            count += 1
        medians.append(float(np.median(window)))
        spent = time.perf_counter() - began
        stable = _are_stable(medians[-3:])
        if spent >= least_s and (stable or spent >= most_s):
            return WarmUp(count, medians[-1], stable)


def _are_stable(medians: Sequence[float]) -> bool:
    return len(medians) == 3 and max(medians) - min(medians) <= STABLE * min(medians)
