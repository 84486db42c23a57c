"""`bench validate`, and what every command that reads a suite says to a mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

QUICKSTART = Path(__file__).parents[3] / "suites" / "quickstart.yaml"
SUITE = "name: trial\ncases:\n  - {model: mlp, dataset: digits}\n"


BUILD = """
import sys
from bench.cli import main
for suite in sys.argv[1:]:
    sys.argv = ["bench", "validate", suite, "--only", "mlp*#0"]
    try:
        main()
    except SystemExit as end:
        print("exit code", end.code)
"""


RUNTIMES = """\
name: trial
cases:
  - {model: mlp, dataset: digits}
measure:
  runtimes:
    - torch
    - runtime: onnxruntime
      params:
        optimisation: all
    - {runtime: onnxruntime, name: other, params: {optimization: most}}
    - {runtime: onnxruntime, name: graphs, params: {cuda_graph: true}}
"""


def test_models_and_runtimes_are_built_with_their_parameters(suite_file, tmp_path):
    """In a process of its own, since it starts a server that would outlive the test."""
    runtimes = tmp_path / "runtimes.yaml"
    runtimes.write_text(RUNTIMES)
    path = suite_file("name: trial\ncases:\n  - model: mlp\n    dataset: digits\n    params:\n      hiden: [8]\n")
    command = [sys.executable, "-c", BUILD, str(QUICKSTART), str(path), str(runtimes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == f"{QUICKSTART}: 1 case, no mistakes\nexit code 2\nexit code 2\n"
    assert f"{path}:6: mlp on digits: unknown parameter 'hiden' (did you mean 'hidden'?" in done.stderr
    told = [line for line in done.stderr.splitlines() if str(runtimes) in line]
    unknown, wrong, unserved = (line.removeprefix(f"error: {runtimes}:") for line in told)
    assert unknown.startswith("9: onnxruntime: unknown parameter 'optimisation' (did you mean 'optimization'?")
    assert wrong.startswith(
        "10: other: optimization: input should be 'all', 'extended', 'basic' or 'disabled', not 'most'"
    )
    assert unserved in (
        "11: runtime 'graphs': cuda_graph needs CUDA, which ONNX Runtime does not have here (leave it out on the CPU)",
        "4: runtime 'graphs' cannot serve 'cpu' (it can serve here: cuda)",
    )


@pytest.mark.parametrize("name", ["validate", "run"])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "{path}: the suite is empty"),
        ("a: [1\n", "{path}:2: invalid YAML"),
        (SUITE + "seed: [1]\n", "{path}:4: unknown key 'seed' (did you mean 'seeds'?"),
        (SUITE.replace("mlp", "mpl"), "{path}:3: unknown model 'mpl' (did you mean 'mlp'?"),
    ],
)
def test_a_mistake_is_one_line_without_a_traceback(command, suite_file, tmp_path, monkeypatch, name, text, says):
    monkeypatch.chdir(tmp_path)
    path = suite_file(text)
    answer = command(name, path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: " + says.format(path=path))
    assert len(answer.err.splitlines()) == 1
    assert not (tmp_path / "reports").exists()


def test_every_mistake_is_a_line(command, suite_file):
    answer = command("validate", suite_file(SUITE + "seed: [1]\nmeasure: {threads: 0}\n"))
    assert [line.partition(":")[0] for line in answer.err.splitlines()] == ["error", "error"]


def test_a_suite_that_is_not_there_is_told(command, tmp_path):
    answer = command("validate", tmp_path / "nothing.yaml")
    assert (answer.code, answer.err) == (2, f"error: {tmp_path}/nothing.yaml: No such file or directory\n")


@pytest.mark.parametrize("override", ["train.epochs=3", "cases.7.model=mlp", "nonsense", "seeds=[1"])
def test_a_bad_override_is_told_as_it_was_given(command, suite_file, override):
    answer = command("validate", suite_file(SUITE), "--set", override)
    assert answer.code == 2
    assert answer.err.startswith(f"error: --set {override}: ")


def test_patterns_that_match_no_case_leave_nothing_to_do(command, suite_file):
    answer = command("validate", suite_file(SUITE), "--only", "lenet*", "--only", "pca")
    assert answer.code == 4
    assert answer.err.startswith("error: --only lenet* pca matches no case of ")


def test_a_broken_plugin_is_named_since_it_may_be_why_a_name_is_unknown(command, suite_file, install):
    install("bad", "raise RuntimeError('out of order')")
    answer = command("validate", suite_file(SUITE.replace("mlp", "theirs")))
    assert answer.err.splitlines()[0] == "plugin bad is broken; `bench plugins` says why"
    assert "unknown model 'theirs'" in answer.err
