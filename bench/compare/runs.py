"""Two runs -> a comparison."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bench.compare.again import Remeasured, effect_again, effect_in_place
from bench.compare.effects import Effect
from bench.compare.estimates import Shared
from bench.compare.facts import fact_effect
from bench.compare.judging import Candidate, judged
from bench.compare.observed import Nature, Observed, observed
from bench.compare.quality import quality_effect
from bench.compare.records import Broken, Comparison, Key, Side, in_order
from bench.compare.thresholds import GATE, Tolerance
from bench.compare.timings import timing_effect
from bench.results import RunResult, is_chosen
from bench.store.calibration import machine_of

OTHER_MACHINE = "the runs were timed on different machines"
TIMED_HERE = f"{OTHER_MACHINE}: --remeasure times both here"
UNFINISHED = "{run} has not finished: what it has so far is compared"
NO_CASE = "--only {only} matches no case of either run"
ALONE = "{cases}: in the {run} alone, and left out: the seeds that both have are compared"
OTHER_SUITE = "the runs are of different suites: {base} and {head}"


@dataclass(frozen=True)
class Run:
    """A run with its directory."""

    results: RunResult
    folder: Path

    @property
    def machine(self) -> str:
        """What it was timed on, in words."""
        environment = self.results.environment
        gpus = [str(gpu) for gpu in environment.get("gpus", [])]
        return ", ".join([f"{environment.get('cpu', '')} with {environment.get('cores', '?')} cores", *gpus])

    @property
    def side(self) -> Side:
        """What a reader has to know of it."""
        results = self.results
        git = results.environment.get("git", {})
        return Side(
            run_id=results.run_id,
            suite=str(results.suite.get("name", "")),
            folder=str(self.folder),
            started=results.started,
            commit=str(git.get("commit", "")),
            machine=self.machine,
            is_changed=bool(git.get("changed", False)),
        )

    @property
    def tolerated(self) -> dict[str, Mapping[str, float]]:
        """What its suite tolerates in each group of cases."""
        return {case.group: case.tolerated for case in self.results.cases if case.tolerated}

    @property
    def runtimes(self) -> dict[str, str]:
        """What its suite calls a runtime -> the runtime's own name."""
        specs = self.results.suite.get("measure", {}).get("runtimes", [])
        return {spec["name"]: spec["runtime"] for spec in specs if "runtime" in spec}


@dataclass(frozen=True)
class Pair:
    """Two runs that are compared.

    :param only: patterns of cases, as for `bench run`; all if there are none
    :param share: of the error, that they may spend: less than all of it where the same is asked more than once
    """

    base: Run
    head: Run
    only: Sequence[str] = ()
    share: float = 1.0

    def compare(self, tolerance: Tolerance, again: Sequence[Remeasured] = ()) -> Comparison:
        """Everything that they say about each other.

        :param tolerance: what the command line and calibrations say; gates come from the head
        :param again: what was timed again; it stands in the place of the runs' own timings
        """
        old, new = (observed(run.results, run.folder, self.only) for run in (self.base, self.head))
        rules, elsewhere = self._rules(tolerance), self._elsewhere(old.values())
        timed = {(one.group, one.place): one for one in again}
        candidates = []
        for key in filter(new.__contains__, old):
            effect = _effect(old[key], new[key], old[key].nature.device in elsewhere)
            if key.place_of_group in timed and old[key].nature.kind == "timing":
                effect = effect_in_place(timed[key.place_of_group], key.name, effect)
            candidates.append(self._candidate(key, old[key].nature, effect, rules))
        broken = tuple(self._broken())
        return Comparison(
            base=self.base.side,
            head=self.head.side,
            rows=tuple(in_order(list(judged(candidates)))),
            new=_without(new, old, self._groups_broken("base")),
            vanished=_without(old, new, self._groups_broken("head")),
            broken=broken,
            notes=tuple(self._notes(bool(elsewhere) and not again)),
        )

    def clearing(self, tolerance: Tolerance) -> Callable[[Remeasured], bool]:
        """What tells whether a place need not be timed any longer: its leading figure, and all that a bound names.

        :param tolerance: as for `compare`
        """
        natures = {key: one.nature for key, one in observed(self.base.results, self.base.folder, self.only).items()}
        count = sum(nature.kind != "fact" for nature in natures.values())
        rules = self._rules(tolerance)

        def is_clear(found: Remeasured) -> bool:
            keys = [Key(found.group, found.place, name) for name in found.figures]
            known = [
                self._candidate(key, natures[key], effect, rules)
                for key in keys
                if key in natures and (effect := effect_again(found, key.name)) is not None
            ]
            asked = [one for one in known if one.key.name == found.leading or one.threshold.source == GATE]
            return bool(asked) and all(one.is_clear(count) for one in asked)

        return is_clear

    def _candidate(self, key: Key, nature: Nature, effect: Effect, rules: Tolerance) -> Candidate:
        if effect.estimate is not None and self.share < 1:
            effect = replace(effect, estimate=Shared(effect.estimate, self.share))
        return Candidate(key, nature, effect, rules.of(key, nature, effect.is_remeasured))

    def _elsewhere(self, figures: Iterable[Observed]) -> set[str]:
        """Of the devices that figures were timed on, those that differ: no timing tells of the runs there."""
        devices = {one.nature.device for one in figures if one.nature.kind == "timing"}
        machines = {
            one: [machine_of(run.results.environment, one) for run in (self.base, self.head)] for one in devices
        }
        return {device for device, (base, head) in machines.items() if base != head}

    def _rules(self, tolerance: Tolerance) -> Tolerance:
        return replace(tolerance, gates=self.head.tolerated, runtimes=self.head.runtimes)

    def _broken(self) -> Iterator[Broken]:
        sides: list[tuple[Literal["base", "head"], Run]] = [("base", self.base), ("head", self.head)]
        for name, run in sides:
            for case in run.results.cases:
                if case.status == "failed" and is_chosen(case.id, self.only):
                    error = case.error
                    yield Broken(case.id, name, f"{error.stage}: {error.message}" if error else "failed")

    def _groups_broken(self, side: Literal["base", "head"]) -> set[str]:
        run = self.base if side == "base" else self.head
        return {case.group for case in run.results.cases if case.status == "failed"}

    def _notes(self, is_timed_elsewhere: bool) -> Iterator[str]:
        base, head = self.base.results, self.head.results
        if base.suite.get("name") != head.suite.get("name"):
            yield OTHER_SUITE.format(base=base.suite.get("name"), head=head.suite.get("name"))
        for run in (base, head):
            if run.status == "running":
                yield UNFINISHED.format(run=run.run_id)
        if is_timed_elsewhere:
            yield TIMED_HERE
        if not any(is_chosen(case.id, self.only) for results in (base, head) for case in results.cases):
            yield NO_CASE.format(only=" ".join(self.only))
        for name, own, other in (("base", base, head), ("head", head, base)):
            if cases := _left_out(own, other, self.only):
                yield ALONE.format(cases=", ".join(cases), run=name)


def _without(own: Mapping[Key, Observed], other: Mapping[Key, Observed], broken: set[str]) -> tuple[Key, ...]:
    """The figures that the other run does not have, though none of its cases there has failed."""
    return tuple(key for key in own if key not in other and key.group not in broken)


def _left_out(own: RunResult, other: RunResult, only: Sequence[str]) -> list[str]:
    """The cases whose seed the other run does not have, though it has others of the same group."""
    seeds = [{(case.group, case.seed) for case in run.cases} for run in (own, other)]
    shared = {group for group, _ in seeds[0] & seeds[1]}
    return [
        case.id
        for case in own.cases
        if case.group in shared and (case.group, case.seed) not in seeds[1] and is_chosen(case.id, only)
    ]


def _effect(base: Observed, head: Observed, is_elsewhere: bool) -> Effect:
    """What the runs say by themselves.

    :param is_elsewhere: whether they were timed on different machines
    """
    if base.nature.kind == "quality":
        return quality_effect(base, head)
    if base.nature.kind == "fact":
        return fact_effect(base, head)
    effect = timing_effect(base, head)
    if is_elsewhere:
        return replace(effect, estimate=None, method="no interval", notes=(OTHER_MACHINE,))
    return effect
