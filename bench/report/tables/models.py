"""What the models are: their size, how they were trained, and which data, weights and graph belong together."""

from bench.bounds import holds, written
from bench.report.formats import NOTHING, number, size_of, spread
from bench.report.lookup import groups, labelled
from bench.report.tables.table import Table
from bench.results import STAGES, CaseResult, RunResult, TrainingResult


def size_table(results: RunResult) -> Table:
    """A row an artifact of a group at each precision; seeds do not change it."""
    rows = []
    for group, cases in groups(results).items():
        first = next((case for case in cases if case.artifacts), None)
        for found in first.artifacts if first else []:
            figures = (f"{found.parameters:,}", f"{found.macs:,}", size_of(found.bytes), str(found.nodes))
            rows.append((labelled(group, found.name), found.precision, found.task, *figures))
    note = "Parameters are the trainable ones; multiply-accumulates are for one sample, as torch counts them."
    headers = ("case", "precision", "task", "parameters", "multiply-accumulates", "ONNX file", "nodes")
    table = Table("Size", headers, rows, 3, note)
    return table if set(table.cells("precision")) - {"fp32"} else table.without("precision")


def training_table(results: RunResult) -> Table:
    """A row a group: how it was trained and how long each stage took."""
    rows = []
    for group, cases in groups(results).items():
        ran = [case for case in cases if case.training is not None]
        if not ran:
            continue
        training = ran[0].training
        assert training is not None
        stages = [spread([case.stages[s].seconds for case in ran if s in case.stages]) for s in STAGES]
        rows.append((group, training.device, str(training.epochs), f"{training.steps:,}", *stages))
    headers = ("case", "device", "epochs", "steps", "train [s]", "export [s]", "evaluate [s]")
    return Table("Training", headers, rows, 2, "Seconds of each stage, several cases side by side.")


def finding_table(results: RunResult) -> Table:
    """A row for all that a model has found out by itself in its training, such as an architecture."""
    rows = [
        (case.id, name, number(value) if isinstance(value, float) else value)
        for case in results.cases
        if case.training is not None
        for name, value in case.training.findings.items()
    ]
    return Table("Findings", ("case", "what", "found"), rows, 3, "What the models themselves tell of their training.")


def target_table(results: RunResult) -> Table:
    """A row a group and target: how long training took until its curve first met the bound."""
    rows = [
        (group, f"{curve} {written(bound.get('min'), bound.get('max'))}", *_reached(cases, curve, bound))
        for group, cases in groups(results).items()
        for curve, bound in results.suite.get("targets", {}).items()
    ]
    note = "Epochs and seconds of training until the curve first met the bound, over the seeds that got there."
    return Table("Time to target", ("case", "target", "reached by", "epoch", "train [s]"), rows, 3, note)


def _reached(cases: list[CaseResult], curve: str, bound: dict[str, float | None]) -> tuple[str, str, str]:
    """How many seeds reached a target, after which epoch, and after how long."""
    trained = [case.training for case in cases if case.training is not None and curve in case.training.curves]
    if not trained:
        return "not logged", NOTHING, NOTHING
    epochs = [(training, epoch) for training in trained if (epoch := _first_epoch(training, curve, bound)) is not None]
    if not epochs:
        return "not reached", NOTHING, NOTHING
    ends = [training.epoch_ends_s[epoch - 1] for training, epoch in epochs if epoch <= len(training.epoch_ends_s)]
    return f"{len(epochs)} of {len(cases)} seeds", spread([float(epoch) for _, epoch in epochs]), spread(ends)


def _first_epoch(training: TrainingResult, curve: str, bound: dict[str, float | None]) -> int | None:
    """The first epoch, counted from 1, whose value meets a bound."""
    values = enumerate(training.curves[curve], 1)
    low, high = bound.get("min"), bound.get("max")
    return next((epoch for epoch, value in values if value is not None and holds(value, low, high)), None)


def lineage_table(results: RunResult) -> Table:
    """A row an artifact: data -> weights -> graph, each by the beginning of its SHA-256."""
    rows = [
        (
            case.id,
            case.data.fingerprint[:12] if case.data else "",
            case.training.checkpoint_sha256[:12] if case.training else "",
            artifact.name if artifact.precision == "fp32" else f"{artifact.name} {artifact.precision}",
            artifact.sha256[:12],
        )
        for case in results.cases
        for artifact in case.artifacts
    ]
    note = "Every figure above belongs to one of these graphs; results.json has the hashes whole, and the raw samples."
    return Table("Lineage", ("case", "data", "weights", "artifact", "graph"), rows, 5, note)
