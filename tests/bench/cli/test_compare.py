"""`bench compare`: from names of runs to an exit code."""

import json
import sqlite3
from dataclasses import replace
from functools import partial
from xml.etree import ElementTree

import pytest

from bench.cli import comparing
from bench.report.comparison.formats import FORMATS
from bench.roofline import Machine
from bench.store import environment
from bench.store.calibration import keep_calibrations
from bench.store.folder import RESULTS, write_results
from bench.store.history import FILE, History

BASE, HEAD, SLOW = "20260101-000000-aaaa", "20260102-000000-bbbb", "20260103-000000-cccc"
COMMITS = {BASE: "1234567" + "0" * 33, HEAD: "89abcde" + "0" * 33, SLOW: "fedcba9" + "0" * 33}


@pytest.fixture
def add(make, tmp_path, monkeypatch):
    """Add a run to the folder that is the default: `add(run_id, seconds of its processes, model="tiny", **changes)`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def build(run_id, seconds=(1.00e-3, 1.01e-3, 1.02e-3), model="tiny", record=True, case=None, **changes):
        processes = [make.process(turn=turn, p50_s=one) for turn, one in enumerate(seconds)]
        cases = [make.case(model, measurements=[make.measurement(by_process=processes)], **(case or {}))]
        results = make.results(cases=cases, run_id=run_id, started=f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}T00:00:00")
        environment = {**results.environment, "git": {"commit": COMMITS.get(run_id, "")}}
        results = replace(results, environment=environment, **changes)
        folder = tmp_path / "reports" / "trial" / run_id
        folder.mkdir(parents=True)
        write_results(results, folder)
        if record:
            History(tmp_path / "reports", make=True).record(results, folder)
        return folder

    return build


@pytest.fixture
def reports(add, tmp_path):
    """Three runs: one, one as fast, and the newest, which is slower by 30 %."""
    add(BASE)
    add(HEAD)
    add(SLOW, (1.30e-3, 1.31e-3, 1.33e-3))
    return tmp_path / "reports"


def is_one_line(answer) -> bool:
    return answer.err.startswith("error: ") and answer.err.count("\n") == 1 and not answer.out


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [BASE, f"reports/trial/{BASE}", f"reports/trial/{BASE}/results.json", COMMITS[BASE], COMMITS[BASE][:7], "main"],
    )
    def test_a_run_has_many_names(self, reports, command, name):
        command("baseline", "set", "main", BASE)
        answer = command("compare", name, HEAD, "--format", "json")
        comparison = json.loads(answer.out)["comparison"]
        assert (answer.code, comparison["base"]["run_id"], comparison["head"]["run_id"]) == (0, BASE, HEAD)

    def test_the_head_is_the_newest_run_unless_it_is_named(self, reports, command):
        answer = command("compare", BASE, "--format", "json")
        assert (answer.code, json.loads(answer.out)["comparison"]["head"]["run_id"]) == (1, SLOW)

    def test_a_head_that_is_not_named_is_of_the_suite_of_the_base(self, reports, add, command):
        add("20260104-000000-dddd", suite={"name": "other"})
        assert json.loads(command("compare", BASE, "--format", "json").out)["comparison"]["head"]["run_id"] == SLOW
        named = json.loads(command("compare", BASE, "latest", "--format", "json").out)
        assert named["comparison"]["head"]["suite"] == "other"
        assert "are the same run" in command("compare", SLOW).err

    def test_it_is_of_any_suite_if_that_of_the_base_has_no_other_run(self, reports, add, command):
        add("20251231-000000-dddd", suite={"name": "other"})
        answer = command("compare", "20251231-000000-dddd", "--format", "json")
        assert json.loads(answer.out)["comparison"]["head"]["run_id"] == SLOW

    def test_latest_may_be_the_base(self, reports, command):
        answer = command("compare", "latest", BASE)
        assert answer.code == 0
        assert "improved" in answer.out

    def test_another_folder_of_reports_is_searched(self, reports, command, tmp_path, monkeypatch):
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert command("compare", BASE, HEAD, "--reports", reports).code == 0
        answer = command("compare", BASE, HEAD)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert "there is no history" in answer.err

    @pytest.mark.parametrize("head", ["20260102-000000-bbbc", "latst", "no-such-run", "./nowhere", "a" * 300])
    def test_a_head_that_is_not_there_is_a_mistake(self, reports, command, head):
        answer = command("compare", BASE, head)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert repr(head) in answer.err

    @pytest.mark.parametrize(
        ("base", "near"),
        [("20260101-000000-aaab", BASE), ("20260101-000000", BASE), ("./nowhere", ""), ("0000000", "")],
    )
    def test_what_can_be_no_baseline_is_a_mistake(self, reports, command, base, near):
        answer = command("compare", base)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert (f"did you mean {near!r}?" in answer.err) == bool(near)


class TestWithoutBaseline:
    @pytest.mark.parametrize("form", FORMATS)
    def test_it_passes_and_says_how_to_make_one(self, reports, command, form):
        answer = command("compare", "main", "--format", form)
        assert (answer.code, answer.err) == (0, "")
        assert "There is no baseline main yet" in answer.out
        assert "bench baseline set main latest" in answer.out

    def test_the_machine_formats_stay_readable(self, reports, command):
        document = json.loads(command("compare", "main", "--format", "json").out)
        assert (document["outcome"], document["comparison"]) == ("no baseline", None)
        assert ElementTree.fromstring(command("compare", "main", "--format", "junit").out).tag.startswith("testsuite")

    @pytest.mark.parametrize(("slip", "near"), [("mian", "main"), ("Main", "main"), ("lates", "latest")])
    def test_a_slip_in_the_name_of_one_is_a_mistake(self, reports, command, slip, near):
        command("baseline", "set", "main", BASE)
        answer = command("compare", slip)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert f"there is no baseline {slip!r} (did you mean {near!r}?" in answer.err

    @pytest.mark.parametrize("name", ["v1.1", "main2", "mai"])
    def test_a_name_like_another_is_a_new_one_and_the_other_is_told(self, reports, command, name):
        for known in ("v1.0", "main"):
            command("baseline", "set", known, BASE)
        answer = command("compare", name)
        assert (answer.code, answer.err) == (0, "")
        assert f"There is no baseline {name} yet (did you mean" in answer.out

    def test_a_mistake_in_a_threshold_does_not_wait_for_it(self, reports, command):
        assert command("compare", "main", "--threshold", "5").code == 2


class TestNothingToCompare:
    def test_a_run_with_itself(self, reports, command):
        command("baseline", "set", "main", SLOW)
        for names in ((BASE, BASE), ("main", "latest"), (BASE, f"reports/trial/{BASE}")):
            answer = command("compare", *names)
            assert (answer.code, is_one_line(answer)) == (4, True)
            assert "are the same run" in answer.err

    @pytest.mark.parametrize("form", FORMATS)
    def test_runs_without_a_common_figure(self, reports, add, command, form):
        add("20260104-000000-dddd", model="other")
        assert command("compare", BASE, "--format", form).code == 4

    def test_that_nothing_matches_is_said(self, reports, command):
        answer = command("compare", BASE, HEAD, "--only", "none*")
        assert answer.code == 4
        assert "none*" in answer.out + answer.err


class TestOptions:
    def test_only_some_cases(self, reports, command):
        document = json.loads(command("compare", BASE, SLOW, "--only", "tiny*", "--format", "json").out)
        assert {row["key"]["group"] for row in document["comparison"]["rows"]} == {"tiny@points"}

    @pytest.mark.parametrize(
        ("thresholds", "code"),
        [
            ((), 1),
            (("50%",), 0),
            (("latency-p50=50%",), 0),
            (("latency-p50=50 %",), 0),
            (("accuracy=50%",), 1),
            (("50%", "latency-p50=10%"), 1),
            (("10%", "latency-p50=50%"), 0),
        ],
    )
    def test_thresholds(self, reports, command, thresholds, code):
        options = [word for one in thresholds for word in ("--threshold", one)]
        assert command("compare", BASE, SLOW, *options).code == code

    @pytest.mark.parametrize(
        "text", ["5", "0.05", "five%", "-5%", "latency-p50=", "latency-p50=5", "%", "", "5%=3", "1e2%"]
    )
    def test_a_threshold_that_is_none_is_a_mistake(self, reports, command, text):
        answer = command("compare", BASE, SLOW, "--threshold", text)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert "is no share in per cent, such as 5%" in answer.err

    def test_a_threshold_of_no_figure_is_a_mistake(self, reports, command):
        answer = command("compare", BASE, SLOW, "--threshold", "latency-p5=3%")
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert "no run has a figure 'latency-p5' (did you mean 'latency-p50'?" in answer.err

    def test_strict(self, reports, add, command):
        add("20260104-000000-dddd", (1.0e-3, 1.2e-3, 0.9e-3))
        assert command("compare", BASE).code == 0
        assert command("compare", BASE, "--strict").code == 1

    def test_a_case_that_failed(self, reports, add, command):
        add("20260104-000000-dddd", case={"status": "failed"})
        assert command("compare", BASE).code == 3

    def test_a_gate_of_the_head_holds(self, reports, add, command):
        add("20260104-000000-dddd", (1.3e-3, 1.31e-3, 1.32e-3), case={"tolerated": {"latency-p50": 0.5}})
        assert command("compare", BASE).code == 0

    @pytest.mark.parametrize("flags", [(), ("--remeasure",)])
    def test_what_is_timed_again_has_this_machines_calibration(self, reports, command, make, monkeypatch, flags):
        """The runs were timed elsewhere; what would be timed again is held against what is tolerated here."""
        there, here = make.calibration(), make.calibration(machine=Machine("This CPU", 8, ""))
        keep_calibrations([there, here], print)
        monkeypatch.setattr(environment, "hardware", lambda: {"cpu": "This CPU", "cores": 8, "gpus": []})
        seen = []
        monkeypatch.setattr(comparing, "timed_again", lambda pair, tolerance, budget: seen.append(tolerance) or [])
        assert command("compare", BASE, HEAD, *flags).code == 0
        assert [(one.calibrations, one.here) for one in seen] == [([there], [here])] * len(flags)

    def test_an_unknown_format_is_a_mistake(self, reports, command):
        assert command("compare", BASE, "--format", "yaml").code == 2


class TestColours:
    @pytest.fixture
    def terminal(self, monkeypatch):
        monkeypatch.setattr("click._compat.isatty", lambda stream: True)  # pytest's output is none
        monkeypatch.delenv("NO_COLOR", raising=False)

    def test_verdicts_have_colours_on_a_terminal(self, reports, command, terminal):
        red, green = ("\x1b[31m{}\x1b[0m".format, "\x1b[32m{}\x1b[0m".format)
        worse, better = command("compare", BASE, SLOW).out, command("compare", SLOW, BASE).out
        assert worse.startswith(f"trial: {red('regressed')}\n")
        assert f"\n{red('regressed')}:\n" in worse
        assert better.startswith(f"trial: {green('passed')}\n")
        assert f"\n{green('improved')}:\n" in better

    def test_there_are_none_elsewhere(self, reports, command):
        assert "\x1b" not in command("compare", BASE, SLOW).out

    def test_there_are_none_where_nobody_wants_them(self, reports, command, terminal, monkeypatch):
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b" not in command("compare", BASE, SLOW).out

    @pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
    def test_other_formats_have_none(self, reports, command, terminal, form):
        assert "\x1b" not in command("compare", BASE, SLOW, "--format", form).out

    def test_a_file_has_none(self, reports, command, terminal, tmp_path):
        files = [tmp_path / "one", tmp_path / "two"]
        command("compare", BASE, SLOW, "--output", files[0], "--also", f"text={files[1]}")
        assert all("regressed" in (text := file.read_text()) and "\x1b" not in text for file in files)


class TestOutput:
    @pytest.mark.parametrize("form", FORMATS)
    def test_a_file_holds_what_the_terminal_would_show(self, reports, command, tmp_path, form):
        shown = command("compare", BASE, SLOW, "--format", form)
        path = tmp_path / "new" / "folder" / "comparison"
        answer = command("compare", BASE, SLOW, "--format", form, "--output", path)
        assert (answer.code, answer.out) == (1, f"{path}\n")
        assert path.read_text(encoding="utf-8").strip() == shown.out.strip()
        assert [one.name for one in path.parent.iterdir()] == ["comparison"]

    def test_one_comparison_is_written_in_several_formats(self, reports, command, tmp_path):
        files = {form: tmp_path / "new" / form for form in FORMATS}
        also = [part for form, path in files.items() for part in ("--also", f"{form}={path}")]
        answer = command("compare", BASE, SLOW, *also)
        assert answer.code == 1
        assert answer.out == files["text"].read_text()
        for form, path in files.items():
            assert path.read_text() == command("compare", BASE, SLOW, "--format", form).out

    def test_a_page_in_a_file_links_to_reports_from_there(self, reports, command, tmp_path):
        (tmp_path / "reports" / "trial" / SLOW / "report.html").write_text("")
        for option in ("--output", "--also"):
            page = tmp_path / "bench.html"
            command("compare", BASE, SLOW, "--format", "html", option, page if option == "--output" else f"html={page}")
            assert f'href="reports/trial/{SLOW}/report.html"' in page.read_text()
        assert 'href="file:///' in command("compare", BASE, SLOW, "--format", "html").out

    def test_there_may_be_no_baseline_in_several_formats_too(self, reports, command, tmp_path):
        answer = command("compare", "none", "--also", f"junit={tmp_path / 'report.xml'}")
        assert (answer.code, ElementTree.parse(tmp_path / "report.xml").getroot().tag) == (0, "testsuites")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--output", ""),
            ("--remeasure", "--budget", "nan"),
            ("--remeasure", "--budget", "inf"),
            ("--remeasure", "--budget", "0"),
            ("--budget", "5"),
            ("--threshold", "=3%"),
        ],
        ids=" ".join,
    )
    def test_what_makes_no_sense_is_a_mistake(self, reports, command, arguments):
        answer = command("compare", BASE, HEAD, *arguments)
        assert (answer.code, answer.out) == (2, "")
        assert arguments[-2] in answer.err or "file" in answer.err

    def test_two_formats_do_not_go_to_one_file(self, reports, command):
        answer = command("compare", BASE, HEAD, "--output", "x", "--also", "md=x")
        assert (answer.code, is_one_line(answer)) == (2, True)

    @pytest.mark.parametrize(
        ("also", "told"), [("junti=x", "did you mean 'junit'?"), ("junit", "no file is named"), ("junit=", "no file")]
    )
    def test_a_mistake_in_what_is_also_asked_for(self, reports, command, also, told):
        answer = command("compare", BASE, HEAD, "--also", also)
        assert answer.code == 2
        assert is_one_line(answer)
        assert told in answer.err

    def test_one_that_cannot_be_written_is_told(self, reports, command, tmp_path):
        (tmp_path / "file").write_text("")
        answer = command("compare", BASE, HEAD, "--output", tmp_path / "file" / "comparison")
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert "cannot write" in answer.err

    def test_it_is_made_without_a_baseline_too(self, reports, command, tmp_path):
        assert command("compare", "main", "--output", tmp_path / "new" / "text").code == 0
        assert (tmp_path / "new" / "text").read_text().startswith("There is no baseline main yet")


DAMAGES = {
    "empty": lambda text: "",
    "truncated": lambda text: text[: len(text) // 2],
    "no JSON": lambda text: "no json",
    "another type": lambda text: "[]",
    "newer": lambda text: text.replace('"format": 1', '"format": 99'),
    "wrong type": lambda text: text.replace('"seed": 0', '"seed": "zero"'),
    "no number": lambda text: text.replace('"seconds": 75.0', '"seconds": NaN'),
}


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
    @pytest.mark.parametrize("side", [BASE, HEAD])
    def test_results_are_told_of_in_one_line_and_nothing_is_overwritten(self, reports, command, tmp_path, damage, side):
        path = reports / "trial" / side / RESULTS
        path.write_text(damaged := damage(path.read_text()))
        (output := tmp_path / "comparison.md").write_text("before")
        answer = command("compare", BASE, HEAD, "--output", output)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert str(path) in answer.err
        assert (path.read_text(), output.read_text()) == (damaged, "before")

    def test_results_that_are_no_text_are_told_of(self, reports, command):
        (reports / "trial" / BASE / RESULTS).write_bytes(b"\xff\xfe\x00")
        answer = command("compare", BASE, HEAD)
        assert (answer.code, is_one_line(answer)) == (2, True)

    def test_a_run_that_is_gone_is_told_of(self, reports, command):
        (reports / "trial" / BASE / RESULTS).unlink()
        answer = command("compare", BASE, HEAD)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert f"the run {BASE} is not in" in answer.err

    @pytest.mark.parametrize("base", [BASE, "main"])
    @pytest.mark.parametrize("content", [b"no database " * 100, b"SQLite format 3\x00" + bytes(200)])
    def test_a_damaged_history_is_told_of_and_stays(self, reports, command, content, base):
        (reports / FILE).write_bytes(content)
        answer = command("compare", base, HEAD)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert str(reports / FILE) in answer.err
        assert (reports / FILE).read_bytes() == content

    def test_a_history_of_a_newer_version_is_told_of(self, reports, command):
        with sqlite3.connect(reports / FILE) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        answer = command("compare", BASE, HEAD)
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert "is of version 99" in answer.err

    def test_a_locked_history_is_told_of(self, reports, command, monkeypatch):
        monkeypatch.setattr("bench.cli.comparing.History", partial(History, wait_s=0.05))
        holder = sqlite3.connect(reports / FILE, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        try:
            answer = command("compare", BASE, HEAD)
        finally:
            holder.close()
        assert (answer.code, is_one_line(answer)) == (2, True)
        assert "another process holds it" in answer.err

    def test_by_their_directories_runs_are_compared_without_a_history(self, reports, command):
        (reports / FILE).unlink()
        assert command("compare", f"reports/trial/{BASE}", f"reports/trial/{SLOW}").code == 1
        assert not (reports / FILE).exists()

    def test_a_damaged_calibration_is_a_warning(self, reports, command, tmp_path):
        from bench.store.calibration import calibration_file

        calibration_file().parent.mkdir(parents=True, exist_ok=True)
        calibration_file().write_text("damaged")
        answer = command("compare", BASE, HEAD)
        assert answer.code == 0
        assert "is ignored: it is damaged" in answer.err
