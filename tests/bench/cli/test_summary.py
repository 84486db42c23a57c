"""What a run prints at its end."""

from bench.cli.summary import MOST, print_estimate, print_summary
from bench.results import Failure
from bench.run.estimate import Estimate


def test_a_summary_has_verdicts_and_files(make, tmp_path, capsys):
    (tmp_path / "results.json").write_text("{}")
    print_summary(make.results(), tmp_path)
    out = capsys.readouterr().out
    assert "passed   tiny@points" in out
    assert f"{tmp_path / 'results.json'}  2 B" in out


def test_a_report_that_is_not_there_is_not_named(make, tmp_path, capsys):
    print_summary(make.results(), tmp_path)
    assert "report.html" not in capsys.readouterr().out


def test_every_report_is_named_whoever_wrote_it(make, tmp_path, capsys):
    for name in ("results.json", "report.md", "metrics.csv", "metrics.csv.part"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "logs").mkdir()
    print_summary(make.results(), tmp_path)
    lines = capsys.readouterr().out.splitlines()[-3:]
    assert lines == [f"{tmp_path / name}  2 B" for name in ("metrics.csv", "report.md", "results.json")]


def test_a_failed_case_says_why_and_where_its_log_is(make, tmp_path, capsys):
    failures = [
        Failure("train", "ValueError", "it broke", "their-plugin"),
        Failure("export", "BenchError", "it broke in 8 bits", artifact="forward", precision="int8-static"),
        Failure("evaluate", "KeyError", "nobody asked", fatal=False),
    ]
    failed = make.case(status="failed", error=failures[0], failures=failures)
    print_summary(make.results(cases=[failed]), tmp_path)
    err = capsys.readouterr().err
    assert "failed: tiny@points#0 in train: it broke\n  in the code of: their-plugin\n" in err
    assert "failed: tiny@points#0 in export: it broke in 8 bits\n" in err
    assert "nobody asked" not in err
    assert err.count(str(tmp_path / "logs" / "tiny@points-0.log")) == 1


def test_of_many_failures_of_a_case_the_first_are_printed(make, tmp_path, capsys):
    failures = [Failure("measure", "Timing", f"it broke {n}.") for n in range(MOST + 2)]
    print_summary(make.results(cases=[make.case(failures=failures)]), tmp_path)
    err = capsys.readouterr().err
    assert err.count("it broke") == MOST
    assert "and 2 more failures in the reports" in err


def test_what_is_left_out_is_told_with_the_reason(make, tmp_path, capsys):
    reason = Failure("export", "Unsuitable", "nothing in it", fatal=False, artifact="decoder", precision="int8-static")
    print_summary(make.results(cases=[make.case(failures=[reason])]), tmp_path)
    told = capsys.readouterr()
    line = next(line for line in told.out.splitlines() if "nothing in it" in line)
    assert line.split("  ")[1:] == ["tiny@points decoder", "int8-static", "nothing in it"]
    assert told.err == ""


def test_speed_is_told_in_short(make, tmp_path, capsys):
    rows = [make.measurement(batch_size=size) for size in (8, 32)]
    print_summary(make.results(cases=[make.case(measurements=rows)]), tmp_path)
    out = capsys.readouterr().out
    part = out.partition("speed, single-stream\n")[2].partition("\n\n")[0].splitlines()
    assert part[0].split() == ["case", "runtime", "batch", "p50", "samples/s", "noise"]
    assert [line.split()[2] for line in part[1:]] == ["8"]


def test_each_scenario_that_was_timed_has_its_table(make, tmp_path, capsys):
    rows = [make.measurement(scenario=scenario, rate_per_s=5.0) for scenario in ("offline", "server")]
    print_summary(make.results(cases=[make.case(measurements=rows)]), tmp_path)
    out = capsys.readouterr().out
    assert "speed, offline" in out
    assert "speed, server" in out
    assert "single-stream" not in out


def test_of_a_long_table_the_beginning_is_printed(make, tmp_path, capsys):
    print_summary(make.results(cases=[make.case(f"m{n}") for n in range(MOST + 3)]), tmp_path)
    out = capsys.readouterr().out
    assert out.count("and 3 more rows in the reports") == 2
    assert out.count("cases passed") == MOST + 3


def test_an_estimate_is_a_table_and_a_sentence(capsys):
    seconds = {"check": 2.0, "training": 35.0, "export": 0.5, "timing": 32.0, "reports": 0.5}
    print_estimate(Estimate(seconds))
    out = capsys.readouterr().out
    assert "  training  35.0" in out
    assert out.endswith("\nabout 1 min 10 s: training 35 s, timing 32 s\n")


def test_an_estimate_names_what_it_is_without(capsys):
    print_estimate(Estimate({"timing": 30.0}, {"tiny@points": "train: it broke"}))
    out = capsys.readouterr().out
    assert "no estimate for tiny@points: train: it broke" in out
    assert out.endswith("\nabout 30 s without it: timing 30 s\n")
