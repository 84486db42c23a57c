"""`bench calibrate`: what this machine can do, and how much of a difference it can see."""

import sys
from typing import TYPE_CHECKING

import click

from bench.cli.usage import OneOf
from bench.records import PRECISIONS

if TYPE_CHECKING:
    from bench.roofline import Calibration

CHANGES = (0.01, 0.02, 0.05)


@click.command("calibrate", short_help="Measure this machine: its noise, its arithmetic and its memory.")
@click.option("--runtime", default="onnxruntime", show_default=True, help="What executes the graphs.")
@click.option(
    "--precision",
    "precisions",
    type=OneOf("precision", PRECISIONS),
    multiple=True,
    default=("fp32",),
    show_default=True,
    help="Of the arithmetic; can be repeated.",
)
@click.option(
    "--threads", type=click.IntRange(min=1), default=1, show_default=True, help="As `measure.threads` of your suites."
)
@click.option(
    "--device",
    type=OneOf("device", ("cpu", "cuda")),
    default="cpu",
    show_default=True,
    help="As `measure.device` of your suites.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=2, max=100),
    default=5,
    show_default=True,
    help="How many time each graph, at least 2; more of them tell the noise better.",
)
def command(runtime: str, precisions: tuple[str, ...], threads: int, device: str, processes: int) -> None:
    """Measure what this machine can do, so that reports can say what share of it a model attains.

    Matrix products of known work are timed just as a run times models: the cost of a call, the peak of arithmetic, how
    fast memory is read, and how far two timings of one graph lie apart; no smaller change can be seen between two runs.
    Do this on a quiet machine, where it takes about half a minute, once for each runtime, device, precision and number
    of threads that your suites use.

    The figures are kept in your cache. Every later `bench run` that fits puts them into its results.json and shows in
    its report, under Execution, each model's share of the roofline: near 100 %, the machine is the limit, far below,
    the model or its runtime is. A runtime without a calibration of its own, such as torch, takes onnxruntime's.
    """
    from rich.console import Console

    from bench.catalog import Catalog
    from bench.cli.progress import Lines
    from bench.cli.text import say_broken
    from bench.manager import load_plugins
    from bench.run.calibrating import Task, calibrate
    from bench.run.workers import Workers
    from bench.store.calibration import keep_calibrations
    from bench.store.environment import environment

    catalog = Catalog(load_plugins())
    say_broken(catalog)
    progress = Lines(Console(file=sys.stderr))
    task = Task(runtime, tuple(dict.fromkeys(precisions)), device, threads, processes)
    found = calibrate(task, catalog, environment(catalog.plugins), Workers(), progress)
    for one in found:
        print_calibration(one)
    click.echo(f"kept in {keep_calibrations(found, progress.warned)}")


def print_calibration(found: "Calibration") -> None:
    """A row a figure, in plain words."""
    from bench.cli.text import table
    from bench.report.formats import number, percent, rough, seconds, size_of
    from bench.timing.power import CONFIDENCE, POWER, processes_needed

    where = found.machine.accelerator or f"{found.machine.cpu}, {found.machine.cores} cores"
    threads = f"{found.threads} thread{'s' if found.threads > 1 else ''}"
    click.secho(f"{found.runtime} {found.precision} on {found.device}, {threads}: {where}", bold=True)
    noise = found.noise
    needed = [f"{processes_needed(noise.deviation, change)} for {percent(change)}" for change in CHANGES]
    rows = [
        ("a call that computes nothing", seconds(found.call_s)),
        ("peak of arithmetic", f"{number(found.peak_flop_per_s / 1e9)} GFLOP/s"),
        *(
            (f"reading {size_of(one.working_set_bytes)} again and again", f"{number(one.bytes_per_s / 1e9)} GB/s")
            for one in found.bandwidths
        ),
        (
            f"a graph of {seconds(noise.graph_s)} against itself",
            f"{rough(noise.apart)} apart; processes differ by {rough(noise.deviation)}",
        ),
        (
            "processes to see a change",
            f"{', '.join(needed)} (at {CONFIDENCE:.0%} confidence, {POWER:.0%} of the time)",
        ),
    ]
    click.echo(table(rows))
