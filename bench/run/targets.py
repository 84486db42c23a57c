"""Functions that workers run, so that the parent need not import what they import."""

import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from bench.errors import BenchError
from bench.records import RuntimeUse
from bench.stages.calibration import Probe, write_probe
from bench.stages.request import CaseRequest, PartLatencies
from bench.timing.request import TimingAnswer, TimingRequest


def case(request: CaseRequest, events: Connection) -> None:
    """Train, export and evaluate one case."""
    from bench.stages.case import run_case

    run_case(request, events)


def check(requests: list[CaseRequest], fetch: bool, log: str, events: Connection) -> None:
    """Check all cases."""
    from bench.stages.case import run_check

    run_check(requests, fetch, log, events)


def timing(request: TimingRequest, log: str, events: Connection) -> None:
    """Time one artifact in a process that has torch."""
    from bench.stages.case import redirect_output
    from bench.timing.process import answer

    redirect_output(log)
    try:
        events.send(answer(request))
    except Exception as error:
        events.send(TimingAnswer(error=f"{type(error).__name__}: {error}"))
        raise
    finally:
        events.close()


def latencies(requests: list[CaseRequest], events: Connection) -> None:
    """Time the parts that models ask about.

    Sends ("waiting",) if another run is measuring on this host, ("timed", identifier, done, total) when this one has
    the host and as it goes on, and of each request ("found", identifier, PartLatencies).
    """
    from bench.stages.case import redirect_output

    for request in requests:
        redirect_output(request.log)
        events.send(("found", request.id, _part_latencies(request, events)))
    events.close()


def _part_latencies(request: CaseRequest, events: Connection) -> PartLatencies:
    from bench.stages.latencies import latencies_of

    def waiting() -> None:
        events.send(("waiting",))

    def timed(done: int, total: int) -> None:
        events.send(("timed", request.id, done, total))

    try:
        return PartLatencies(latencies_of(request, waiting, timed))
    except Exception as error:
        traceback.print_exception(error)  # to the case's log
        return PartLatencies(failure=f"{type(error).__name__}: {error}")


def serve(use: RuntimeUse, device: str, events: Connection) -> None:
    """Find out whether a runtime can serve a device here: sends nothing, or the error that says why not."""
    from bench.stages.check import refuse_device

    try:
        refuse_device(use, device)
        events.send(None)
    except BenchError as error:
        events.send(error)
    finally:
        events.close()


def probes(wanted: list[Probe], precision: str, folder: str, events: Connection) -> None:
    """Write the graphs that a machine is calibrated with: sends their artifacts, or the error that says why not."""
    from bench.stages.case import redirect_output

    redirect_output(str(Path(folder, "graphs.log")))
    try:
        events.send([write_probe(probe, precision, Path(folder)) for probe in wanted])
    except BenchError as error:
        events.send(error)
    finally:
        events.close()
