"""Speed in each scenario."""

from dataclasses import replace

import pytest

from bench.conditions import LEAST_SAMPLES
from bench.records import TensorSpec
from bench.report.tables.speed import latency_table, offline_table, server_table, start_table, stated
from bench.results import Latency, Spread

KNOWN = Latency(20e-6, 25e-6, 30e-6, 40e-6)


def single(results):
    return latency_table(results, "single-stream", "Single-stream")


def one_case(make, *measurements):
    return make.results(cases=[make.case(measurements=list(measurements))])


def test_a_percentile_says_how_many_queries_it_lacks(make):
    rows = [make.measurement(latency_s=Latency(2e-5, 3e-5, None), samples=64, batch_size=size) for size in (1, 8)]
    table = single(one_case(make, rows[0], make.measurement(batch_size=8, latency_s=KNOWN, samples=9999)))
    assert [table.cells(name)[0] for name in ("p50", "p90", "p99", "p99.9")] == [
        "20 µs",
        "30 µs",
        "- (598 more)",
        "- (6,572 more)",
    ]


def test_a_percentile_that_no_row_can_state_is_no_column_but_told(make):
    table = single(make.results())
    assert "p99.9" not in table.headers
    assert "For p99.9, which takes 6,636 queries, no row has enough." in table.note


@pytest.mark.parametrize("q", LEAST_SAMPLES)
def test_a_percentile_is_stated_only_if_every_seed_can(make, q):
    rows = [make.measurement(latency_s=KNOWN), make.measurement(latency_s=Latency(None, None, None), samples=1)]
    assert not stated(rows[:1], q).startswith("-")
    assert stated(rows, q) == f"- ({LEAST_SAMPLES[q] - 1:,} more)"


def test_speed_is_the_median_of_the_seeds(make):
    cases = [
        make.case(seed=seed, measurements=[make.measurement(throughput_per_s=value)])
        for seed, value in enumerate((10.0, 500.0, 20.0))
    ]
    assert single(make.results(cases=cases)).cells("samples/s") == ["20"]


def test_a_runtime_is_named_with_what_is_unusual(make):
    rows = [make.measurement(), make.measurement(device="cuda", precision="fp16")]
    assert single(one_case(make, *rows)).cells("runtime") == ["graph", "graph cuda fp16"]


def test_a_table_has_its_scenario_and_our_instrument(make):
    rows = [make.measurement(scenario="multi-stream", batch_size=8), make.measurement(instrument="loadgen")]
    results = one_case(make, *rows)
    assert single(results).rows == []
    assert latency_table(results, "multi-stream", "").cells("batch") == ["8"]


@pytest.mark.parametrize(
    ("spread", "reasons", "text"),
    [
        (Spread(0.1, 0.012), [], "1.2 %"),
        (Spread(0.1, 0.2), ["It was busy."], "! 20 %"),
        (Spread(0.1, None), [], "-"),
        (None, ["It was busy."], "! -"),
    ],
)
def test_a_row_that_is_not_to_be_trusted_is_marked(make, spread, reasons, text):
    results = one_case(make, make.measurement(spread=spread, noise=reasons))
    assert single(results).cells("noise") == [text]


def test_no_table_is_wider_than_nine_columns(make):
    table = single(one_case(make, make.measurement(latency_s=KNOWN)))
    assert len(table.headers) == 9


def test_offline_is_the_best_batch_size_of_each_seed(make):
    cases = [
        make.case(
            seed=seed,
            measurements=[
                make.measurement(scenario="offline", batch_size=size, throughput_per_s=rate)
                for size, rate in ((64, 50.0), (best, 100.0))
            ],
        )
        for seed, best in enumerate((256, 128))
    ]
    assert offline_table(make.results(cases=cases)).rows[0][2:4] == ("100", "128, 256")


def served(make, *rates: tuple[float, bool, float]):
    return [
        make.measurement(scenario="server", rate_per_s=rate, meets_bound=met, latency_s=Latency(1e-3, 1e-3, p99))
        for rate, met, p99 in rates
    ]


def test_a_server_has_its_highest_rate_within_the_bound_and_the_next(make):
    rows = served(make, (100, True, 1e-3), (400, False, 9e-3), (200, True, 2e-3), (300, False, 5e-3))
    suite = {"name": "t", "measure": {"runtimes": [{"name": "graph"}], "server": {"p99_s": 0.004}}}
    table = server_table(make.results(cases=[make.case(measurements=rows)], suite=suite))
    assert table.rows[0][2:6] == ("200", "2 ms", "300", "5 ms")
    assert "The bound on p99 is 4 ms." in table.note


def test_a_server_that_never_kept_its_bound_has_none(make):
    table = server_table(one_case(make, *served(make, (100, False, 1.0))))
    assert table.rows[0][2:4] == ("none", "-")


def test_a_server_that_met_its_bound_at_every_rate_can_do_more(make):
    table = server_table(one_case(make, *served(make, (35_211, True, 1e-3), (100, True, 1e-3))))
    assert table.rows[0][2:6] == ("≥ 35,211", "1 ms", "-", "-")


def test_the_noise_of_a_server_is_that_of_the_rates_it_is_printed_beside(make):
    def row(rate: float, *kept: bool, **changes):
        by_process = [make.process(turn=turn, meets_bound=one) for turn, one in enumerate(kept)]
        return make.measurement(scenario="server", rate_per_s=rate, by_process=by_process, **changes)

    waiting = Spread(0.1, 0.9)
    rows = [
        row(90.0, True, True, meets_bound=True, spread=waiting),
        row(110.0, True, False, meets_bound=False, spread=waiting),
        row(130.0, False, False, meets_bound=False, spread=waiting),
    ]
    assert server_table(one_case(make, *rows)).cells("noise") == ["14 %"]


@pytest.mark.parametrize(("noisy", "text"), [(0, "-"), (1, "! -"), (2, "! -"), (3, "-")])
def test_a_server_is_marked_if_a_row_is_that_it_is_told_by(make, noisy, text):
    rows = served(make, (50, True, 1e-3), (100, True, 1e-3), (200, False, 9e-3), (300, False, 9e-3))
    rows[noisy] = replace(rows[noisy], noise=["it was busy"], by_process=[])
    assert server_table(one_case(make, *rows)).cells("noise") == [text]


def test_a_server_without_a_rate_is_marked_too(make):
    (row,) = served(make, (100, False, 1.0))
    assert server_table(one_case(make, replace(row, noise=["it was busy"]))).cells("noise") == ["! -"]


def test_a_rate_counts_only_if_every_seed_has_one(make):
    cases = [make.case(seed=seed, measurements=served(make, (100, seed == 0, 1.0))) for seed in range(3)]
    assert server_table(make.results(cases=cases)).rows[0][2:4] == ("none (2 of 3 seeds)", "-")


def test_a_start_is_the_median_over_processes_that_serve_several_loads(make):
    def processes(memory: int):
        return [
            make.process(turn=turn, load_s=load, first_s=load / 10, peak_memory_bytes=memory)
            for turn, load in enumerate((0.1, 0.2, 0.9))
        ]

    rows = [make.measurement(batch_size=size, by_process=processes(size * 2**20)) for size in (1, 32)]
    table = start_table(one_case(make, *rows))
    assert table.headers == ("case", "runtime", "load", "first", "memory")
    assert table.rows == [("tiny@points", "graph", "200 ms", "20 ms", "32 MiB")]


def test_memory_of_the_gpu_is_told_if_there_is_any(make):
    row = make.measurement(by_process=[make.process(gpu_memory_bytes=2**30)])
    assert start_table(one_case(make, row)).cells("GPU memory") == ["1 GiB"]


def test_without_processes_there_is_no_start(make):
    assert start_table(one_case(make, make.measurement(by_process=[]))).rows == []


def artifact_of(make, dtype):
    return make.artifact(inputs=[TensorSpec("sequence", (16,), dtype, sequence=0)])


def test_the_steps_of_a_series_are_no_tokens(make):
    rows = [make.measurement(length=16, throughput_per_s=50.0, scenario=s) for s in ("single-stream", "offline")]
    text, series = (
        make.case(name, artifacts=[artifact_of(make, dtype)], measurements=rows)
        for name, dtype in (("text", "int64"), ("series", "float32"))
    )
    for table in (single(make.results(cases=[text, series])), offline_table(make.results(cases=[text, series]))):
        assert (table.cells("tokens/s"), table.cells("steps/s")) == (["800", "-"], ["-", "800"])
    assert "tokens/s" not in single(make.results(cases=[series])).headers


def test_the_length_of_sequences_is_a_column_where_there_are_any(make):
    plain = make.measurement(throughput_per_s=50.0)
    rows = [make.measurement(length=length, throughput_per_s=50.0) for length in (16, 512)]
    assert single(one_case(make, plain)).headers == ("case", "runtime", "batch", "p50", "p90", "samples/s", "noise")
    table = single(make.results(cases=[make.case(measurements=[plain, *rows], artifacts=[artifact_of(make, "int64")])]))
    assert table.headers == ("case", "runtime", "batch", "length", "p50", "p90", "samples/s", "tokens/s", "noise")
    assert table.cells("length") == ["-", "16", "512"]
    assert table.cells("samples/s") == ["50"] * 3
    assert table.cells("tokens/s") == ["-", "800", "25,600"]


def test_offline_and_a_server_are_told_at_each_length(make):
    offline = [make.measurement(scenario="offline", length=length, throughput_per_s=9.0) for length in (16, 512)]
    table = offline_table(make.results(cases=[make.case(measurements=offline, artifacts=[artifact_of(make, "int64")])]))
    assert table.headers == ("case", "runtime", "length", "samples/s", "tokens/s", "best batch", "noise")
    assert list(zip(table.cells("length"), table.cells("tokens/s"), strict=True)) == [("16", "144"), ("512", "4,608")]
    rates = [
        make.measurement(scenario="server", length=length, rate_per_s=rate, meets_bound=rate <= best)
        for length, best in ((16, 200.0), (512, 100.0))
        for rate in (100.0, 200.0)
    ]
    table = server_table(one_case(make, *rates))
    assert list(zip(table.cells("length"), table.cells("queries/s"), strict=True)) == [("16", "≥ 200"), ("512", "100")]
    assert "length" not in server_table(one_case(make, make.measurement(scenario="server", rate_per_s=1.0))).headers
