"""What a run prints at its end."""

from bench.cli.summary import print_summary
from bench.results import Failure


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
    failure = Failure("train", "ValueError", "it broke", "their-plugin")
    print_summary(make.results(cases=[make.case(status="failed", error=failure)]), tmp_path)
    err = capsys.readouterr().err
    assert "failed: tiny@points#0 in train: it broke" in err
    assert "in the code of: their-plugin" in err
    assert str(tmp_path / "logs" / "tiny@points-0.log") in err
