"""`bench bisect`, with a stand-in for `bench run`."""

import pytest

from bench.bisect.lock import alone_in

SUITE = "name: trial\ncases: [{model: tiny, dataset: points}]\nmeasure: {processes: 2}\n"


@pytest.fixture
def bisect(command, tmp_path, monkeypatch):
    """Run the command in a folder of its own: `bisect(made, *arguments)`."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "quick.yaml").write_text(SUITE)
    monkeypatch.chdir(here)

    def run(made, *arguments):
        return command("bisect", "quick.yaml", *arguments, "--repo", made.folder)

    return run


def test_the_first_bad_commit_is_named_with_what_it_changed(faked, bisect, tmp_path):
    made = faked("100", "100", "102", "120", "120", "121", "121")
    before = made.state()
    answer = bisect(made, "parameters", "--good", "main~6")
    assert answer.code == 0, answer.err
    step = made.commits[3]
    first, *_ = answer.out.splitlines()
    assert first == f"parameters of trial, 6 commits after {made.commits[0]}, up to {made.commits[6]}"
    assert f"the first bad commit is {step.short} Step 3\n" in answer.out
    said = dict(line.split(maxsplit=1) for line in answer.out.splitlines() if line.startswith("  ") and " " in line)
    assert said["commit"] == step.id
    assert said["author"] == "Ada"
    assert said["before"] == f"102  at {made.commits[2]}"
    assert said["after"] == "120"
    assert said["change"].startswith("17.6 %")
    (folder,) = (tmp_path / "here" / "reports" / "bisect").iterdir()
    assert (folder / "git-bisect.log").read_text().rstrip().endswith(f"# first bad commit: [{step.id}] Step 3")
    assert answer.out.endswith(f"the runs, their logs and git-bisect.log: {folder}\n")
    assert made.state() == before


def test_what_was_measured_answers_another_question_at_once(faked, bisect):
    made = faked("100", "100", "120", "120", "140", "140")
    assert bisect(made, "parameters", "--good", "main~5").code == 0
    again = bisect(made, "parameters", "--good", "main~5")
    assert again.code == 0
    assert "measuring" not in again.err
    assert "is " + str(made.commits[2]) in again.out
    stricter = bisect(made, "parameters", "--good", "main~5", "--threshold", "30%")
    assert "is " + str(made.commits[4]) in stricter.out


def test_a_folder_that_cannot_be_made_is_one_line_before_anything_runs(faked, bisect, tmp_path):
    (tmp_path / "file").write_text("")
    answer = bisect(faked("100", "120"), "parameters", "--good", "main~1", "--output", tmp_path / "file" / "folder")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert answer.err.startswith(f"error: cannot make {tmp_path / 'file' / 'folder'}")


def test_no_regression_is_said_with_the_figures(faked, bisect):
    made = faked("100", "90", "103")
    answer = bisect(made, "parameters", "--good", "main~2")
    assert answer.code == 4
    assert "100 -> 103" in answer.out
    assert f"parameters has not become worse from {made.commits[0].short} to {made.commits[2].short}" in answer.out
    assert "a smaller --threshold" in answer.out
    assert bisect(made, "parameters", "--good", "main~2", "--threshold", "2%").code == 0


def test_commits_that_fail_are_skipped_and_named(faked, bisect):
    made = faked("100", "100", "failing", "mistaken", "120", "120")
    answer = bisect(made, "parameters", "--good", "main~5")
    assert answer.code == 3
    assert "any of 3 commits may be the first bad one" in answer.out
    for commit in made.commits[2:5]:
        assert f"  {commit.short}  {commit.subject}\n" in answer.out
    assert "skipped:" in answer.out
    assert "no gradient" in answer.out


@pytest.mark.parametrize("contents", [("failing", "5", "9"), ("5", "7", "mistaken")])
def test_an_end_that_fails_is_one_line(faked, bisect, contents):
    made = faked(*contents)
    before = made.state()
    answer = bisect(made, "parameters", "--good", "main~2")
    assert answer.code == 3
    assert answer.err.splitlines()[-1].startswith(f"error: {made.commits[0 if contents[0] == 'failing' else 2]}: ")
    assert made.state() == before


MISTAKES = {
    "an unknown revision": (("parameters", "--good", "v0"), "'v0' is no commit in "),
    "the wrong way round": (("parameters", "--good", "main", "--bad", "main~2"), "it is the other way round"),
    "one commit": (("parameters", "--good", "main"), "good and bad are one commit"),
    "an unknown figure": (("parameter", "--good", "main~2"), "unknown figure 'parameter' (did you mean 'parameters'?"),
    "an unknown place": (("parameters", "--good", "main~2", "--place", "int4"), "unknown place of parameters 'int4'"),
    "a folder that is not there": (("parameters", "--good", "main~2", "--path", "bnech"), "did you mean 'bench'?"),
    "a folder elsewhere": (("parameters", "--good", "main~2", "--path", "../.."), "--path ../..: this is not in the "),
    "no percentage": (("parameters", "--good", "main~2", "--threshold", "much"), "--threshold much: "),
    "a setting of nothing": (("parameters", "--good", "main~2", "--set", "sedes=[0]"), "sedes"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line(faked, bisect, mistake):
    made = faked("5", "6", "7")
    before = made.state()
    arguments, message = MISTAKES[mistake]
    answer = bisect(made, *arguments)
    assert answer.code == 2
    errors = [line for line in answer.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert message in errors[0]
    assert made.state() == before


@pytest.mark.parametrize("contents", [("unchosen", "7"), ("5", "unchosen")])
def test_what_chooses_no_case_at_a_commit_is_a_mistake(faked, bisect, contents):
    made = faked(*contents)
    answer = bisect(made, "parameters", "--good", "main~1")
    commit = made.commits[contents.index("unchosen")]
    assert answer.code == 2
    assert answer.err.splitlines()[-1].startswith(f"error: {commit}: --only lenet matches no case of suite.yaml (")


def test_what_chooses_no_case_here_is_told_before_anything_runs(faked, bisect, tmp_path):
    (tmp_path / "here" / "quick.yaml").write_text("name: trial\ncases: [{model: mlp, dataset: digits}]\n")
    answer = bisect(faked("5", "7"), "parameters", "--good", "main~1", "--only", "lenet*", "--install", "touch it")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: --only lenet* matches no case of quick.yaml\n"


def test_an_unknown_figure_is_told_after_one_run(faked, bisect):
    answer = bisect(faked("5", "7"), "paramters", "--good", "main~1")
    assert answer.code == 2
    assert "unknown figure 'paramters' (did you mean 'parameters'?" in answer.err
    assert answer.err.count("measuring ") == 1


def test_a_folder_that_another_bisection_uses_is_refused(faked, bisect, tmp_path):
    made = faked("5", "7")
    assert bisect(made, "parameters", "--good", "main~1").code == 0
    (folder,) = (tmp_path / "here" / "reports" / "bisect").iterdir()
    with alone_in(folder):
        answer = bisect(made, "parameters", "--good", "main~1")
    assert answer.code == 2
    assert answer.err.startswith(f"error: another bisection is using {folder} (")
    assert answer.err.count("\n") == 1
    assert bisect(made, "parameters", "--good", "main~1").code == 0


def test_a_folder_in_which_nothing_can_be_made_comes_with_a_hint(faked, bisect):
    answer = bisect(faked("5", "7"), "parameters", "--good", "main~1", "--output", "/proc/x")
    assert answer.code == 2
    assert answer.err.endswith("(name another folder with --output)\n")


@pytest.mark.parametrize(("suite", "message"), [("", "no file is named"), (".", ".: Is a directory (name the file of")])
def test_a_suite_that_is_no_file_is_told(command, tmp_path, monkeypatch, suite, message):
    monkeypatch.chdir(tmp_path)
    answer = command("bisect", suite, "parameters", "--good", "main~1")
    assert answer.code == 2
    assert message in answer.err


def test_a_folder_outside_of_a_repository_is_one_line(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quick.yaml").write_text(SUITE)
    answer = command("bisect", "quick.yaml", "parameters", "--good", "main~2")
    assert answer.code == 2
    assert answer.err == f"error: {tmp_path} is in no working tree of git (name a repository with --repo)\n"
