"""The GPU's clock and energy."""

from bench.report.tables.gpu import gpu_table
from bench.results import Latency


def processes(make, *figures: tuple[float | None, float | None, float | None, float | None]):
    names = ("clock_least_mhz", "clock_median_mhz", "throttled", "joules")
    return [
        make.process(turn=turn, samples=100, **dict(zip(names, one, strict=True))) for turn, one in enumerate(figures)
    ]


def test_a_row_has_the_worst_of_the_clock_and_the_energy_of_a_sample(make):
    told = processes(make, (900.0, 1800.0, 0.25, 8.0), (1200.0, 1980.0, 0.0, 12.0), (1980.0, 1980.0, 0.0, 8.0))
    row = make.measurement(device="cuda", batch_size=8, by_process=told)
    table = gpu_table(make.results(cases=[make.case(measurements=[row])]))
    assert table.headers[3:] == ("least clock", "clock", "throttled", "energy")
    assert table.rows == [
        ("tiny@points", "graph cuda", "single-stream, batch 8", "900 MHz", "1,980 MHz", "25 %", "10 mJ")
    ]


def test_what_a_gpu_does_not_tell_is_no_column(make):
    row = make.measurement(device="cuda", by_process=processes(make, (1980.0, 1980.0, None, None)))
    assert gpu_table(make.results(cases=[make.case(measurements=[row])])).headers[3:] == ("least clock", "clock")


def test_a_server_is_told_at_its_highest_rate(make):
    rows = [
        make.measurement(
            scenario="server",
            rate_per_s=rate,
            meets_bound=met,
            latency_s=Latency(1e-3, 1e-3, 1e-3),
            by_process=processes(make, (None, None, None, used)),
        )
        for rate, met, used in ((100.0, True, 9.0), (200.0, True, 2.0), (300.0, False, 1.0))
    ]
    assert gpu_table(make.results(cases=[make.case(measurements=rows)])).cells("energy") == ["20 mJ"]


def test_without_a_gpu_there_is_no_table(make):
    assert gpu_table(make.results()).rows == []
