"""Cases beside the case that the suite compares them with: latencies and quality, in pairs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bench.report.lookup import (
    OURS,
    Configuration,
    configuration,
    contests,
    groups,
    labelled,
    leading_metric,
    timed,
)
from bench.report.ratios import Ratio, mean_ratio, ratio_of_medians
from bench.results import CaseResult, MeasurementResult, MetricResult, RunResult, name_in


@dataclass(frozen=True)
class LatencyPair:
    """One configuration of two groups, timed one query after the other; `seeds` is how many both have.

    :param macs: the ratio of the multiply-accumulates of a sample; None if that is not known of both
    :param doubtful: whether either row is not to be trusted
    """

    own: Configuration
    rival: Configuration
    ratio: Ratio
    macs: float | None
    seeds: int
    doubtful: bool

    @property
    def name(self) -> str:
        """What is compared with what."""
        return f"{self.own.case} against {name_in(self.rival.group)}"


@dataclass(frozen=True)
class QualityPair:
    """The leading metric of an artifact of two groups under one runtime, for each seed that both have.

    :param ratio: None if a figure is not above 0
    """

    group: str
    rival_group: str
    metric: MetricResult
    own: list[float]
    rival: list[float]
    ratio: Ratio | None

    @property
    def case(self) -> str:
        """The name of the artifact among all."""
        return labelled(self.group, self.metric.artifact)

    @property
    def rival_case(self) -> str:
        """The name of the rival's."""
        return labelled(self.rival_group, self.metric.artifact)


def latency_pairs(results: RunResult) -> list[LatencyPair]:
    """Every configuration in single-stream that a group and its rival share."""
    found, rivals = timed(results, "single-stream"), _rivals(results)
    pairs = []
    for key in found:
        other = replace(key, group=rivals.get(key.group, ""))
        if other in found and (pair := _latency_pair(results, key, other)) is not None:
            pairs.append(pair)
    return pairs


def _rivals(results: RunResult) -> dict[str, str]:
    """Group -> the group that it is compared with, if both are there."""
    there = groups(results)
    return {case.group: case.against for case in results.cases if case.against in there}


def _latency_pair(results: RunResult, key: Configuration, other: Configuration) -> LatencyPair | None:
    """Two configurations with the seeds that can state the median of both."""
    own, rival = _by_seed(results, key), _by_seed(results, other)
    seeds = [seed for seed in own if seed in rival]
    if not seeds:
        return None
    rows = [(own[seed], rival[seed]) for seed in seeds]
    ratio = ratio_of_medians([_medians(a) for a, _ in rows], [_medians(b) for _, b in rows])
    doubtful = any(a.noise or b.noise for a, b in rows)
    return LatencyPair(key, other, ratio, _macs_ratio(results, key, other), len(seeds), doubtful)


def _by_seed(results: RunResult, key: Configuration) -> dict[int, MeasurementResult]:
    """The measurements of a configuration that have the samples for their median."""
    return {
        case.seed: m
        for case in groups(results)[key.group]
        for m in case.measurements
        if m.instrument == OURS and configuration(case.group, m) == key and m.latency_s.p50 and min(_medians(m)) > 0
    }


def _medians(m: MeasurementResult) -> list[float]:
    """The medians of the processes; of a record without processes, that of all queries."""
    return [one.p50_s for one in m.by_process] or [m.latency_s.p50 or 0.0]


def _macs_ratio(results: RunResult, key: Configuration, other: Configuration) -> float | None:
    own, rival = _macs(results, key), _macs(results, other)
    return own / rival if own and rival else None


def _macs(results: RunResult, key: Configuration) -> int:
    """The multiply-accumulates of a sample at the length of a configuration; 0 if nobody has counted them."""
    for case in groups(results)[key.group]:
        for one in case.artifacts:
            if (one.name, one.precision) == (key.artifact, key.precision):
                return one.macs if key.length is None else one.macs_at.get(key.length, 0)
    return 0


def quality_pairs(results: RunResult) -> list[QualityPair]:
    """The metric that leads in each contest, of every artifact, runtime and precision that two rivals share."""
    pairs: list[QualityPair] = []
    for _, part in contests(results):
        leading = leading_metric(part)
        if leading is not None:
            there = groups(part)
            for group, rival in _rivals(part).items():
                pairs += _quality_pairs(there[group], there[rival], leading.name)
    return pairs


def _quality_pairs(own: list[CaseResult], rival: list[CaseResult], name: str) -> Iterator[QualityPair]:
    metrics = [m for case in own for m in case.metrics if m.name == name]
    firsts: dict[tuple[str, str, str], MetricResult] = {}
    for metric in metrics:
        firsts.setdefault((metric.artifact, metric.runtime, metric.precision), metric)
    for places in firsts.values():
        mine, theirs = _values(own, places), _values(rival, places)
        seeds = [seed for seed in mine if seed in theirs]
        if seeds:
            pair = [mine[seed] for seed in seeds], [theirs[seed] for seed in seeds]
            yield QualityPair(own[0].group, rival[0].group, places, *pair, mean_ratio(*pair))


def _values(cases: list[CaseResult], like: MetricResult) -> dict[int, float]:
    """Seed -> the value of a metric, of the same artifact under the same runtime at the same precision."""
    wanted = (like.name, like.artifact, like.runtime, like.precision)
    return {
        case.seed: m.value
        for case in cases
        for m in case.metrics
        if (m.name, m.artifact, m.runtime, m.precision) == wanted
    }
