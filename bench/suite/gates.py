"""The bounds that a suite sets: which there can be, and of which cases."""

from bench.errors import suggestion
from bench.records import MetricUse
from bench.store.figures import FACTS, HIGHEST_RATE, MEMORY
from bench.suite.schema import CaseSpec, Gate, Suite
from bench.suite.source import Location, Source

# What a gate can bound besides metrics; each is judged on every timed configuration of a group.
TIMINGS = ("latency-p50", "latency-p90", "latency-p99", "throughput")

# Figures against those of a rival: only a case with `against` has them.
LATENCY_RATIO, QUALITY_RATIO = "latency-ratio", "quality-ratio"
RATIOS = (LATENCY_RATIO, QUALITY_RATIO)

# Of these, one length of sequences can be bounded alone: all else is scored at the usual length.
AT_LENGTHS = (*TIMINGS, LATENCY_RATIO)

# What is no figure of one run by itself, or has no bound but another run's: only a comparison of runs judges it.
COMPARED = (MEMORY, HIGHEST_RATE, *FACTS)

# In which scenarios a gate's figure is taken.
NEEDED = {
    HIGHEST_RATE: ("server",),
    **dict.fromkeys(AT_LENGTHS, ("single-stream",)),
    "throughput": ("single-stream", "offline"),
}


def gates_of(suite: Suite, spec: CaseSpec) -> dict[str, Gate]:
    """The bounds for the cases of an entry: its own and the suite's, which bound a ratio where there is a rival."""
    gates = {**suite.gates, **spec.gates}
    return gates if spec.against else without_ratios(gates)


def without_ratios(gates: dict[str, Gate]) -> dict[str, Gate]:
    """The bounds that need no rival."""
    return {name: gate for name, gate in gates.items() if name not in RATIOS}


def check_gates(suite: Suite, source: Source, metrics: list[MetricUse]) -> None:
    """:raises SuiteError: for a gate that nothing could be held against."""
    known = {*TIMINGS, *RATIOS, *COMPARED, *(metric.name for metric in metrics if metric.info.form != "picture")}
    rivals = any(spec.against for spec in suite.cases)
    places: list[tuple[Location, dict[str, Gate], bool]] = [(("gates",), suite.gates, rivals)]
    places += [(("cases", n, "gates"), spec.gates, spec.against is not None) for n, spec in enumerate(suite.cases)]
    for location, gates, has_rival in places:
        for name, gate in gates.items():
            if name not in known:
                raise source.error((*location, name), f"unknown gate {name!r}", suggestion(name, known))
            if name in RATIOS and not has_rival:
                message = f"the gate {name!r} holds a case against another, and none is named"
                raise source.error((*location, name), message, "name it with the case's `against`")
            _check_kind(name, gate, source, (*location, name))
            _check_scenario(name, suite, source, (*location, name))
            _check_length(name, gate, suite, source, (*location, name))


def _check_kind(name: str, gate: Gate, source: Source, location: Location) -> None:
    if name in COMPARED and gate.is_absolute:
        message = f"the gate {name!r} takes no min and no max: it is judged where runs are compared"
        raise source.error(location, message, "it takes max_regression, such as 5%")
    if name in RATIOS and gate.max_regression is not None:
        message = f"the gate {name!r} takes no max_regression: it holds cases of one run against each other"
        raise source.error((*location, "max_regression"), message, "it takes min and max")


def _check_scenario(name: str, suite: Suite, source: Source, location: Location) -> None:
    needed = NEEDED.get(name, ())
    if needed and not set(needed) & set(suite.measure.scenarios):
        message = f"nothing to hold the gate {name!r} against in {', '.join(suite.measure.scenarios)}"
        raise source.error(location, message, f"measure.scenarios needs {' or '.join(needed)}")


def _check_length(name: str, gate: Gate, suite: Suite, source: Source, location: Location) -> None:
    if gate.length is None:
        return
    if name not in AT_LENGTHS:
        message = f"the gate {name!r} takes no length: quality is scored at the usual one"
        raise source.error((*location, "length"), message, f"these take one: {', '.join(AT_LENGTHS)}")
    lengths = suite.measure.lengths or []
    if gate.length not in lengths:
        hint = f"measure.lengths: {', '.join(map(str, lengths))}" if lengths else "name it in `measure.lengths`"
        raise source.error((*location, "length"), f"nothing is timed at length {gate.length}", hint)
