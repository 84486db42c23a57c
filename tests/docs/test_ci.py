"""docs/ci: every command line in it is one that bench takes, and its shell steps do what they say, without a server."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
import yaml

from bench.cli import cli

FOLDER = Path(__file__).parents[2] / "docs" / "ci"
ACTION, WORKFLOW, GITLAB = (
    yaml.safe_load((FOLDER / name).read_text()) for name in ("action.yml", "workflow.yml", "gitlab-ci.yml")
)
STEPS = ACTION["runs"]["steps"]
USE = next(step for step in WORKFLOW["jobs"]["bench"]["steps"] if step.get("uses", "").endswith("/bench"))

# As `bench`, but that a run takes no time: its one graph has $PARAMETERS, and it ends with $CODE.
STAND_IN = """#!{python}
import os, sys
from pathlib import Path

def run(reports):
    from bench.results import ArtifactResult, CaseResult, RunResult
    from bench.store.folder import write_results
    from bench.store.history import History

    code, count = int(os.environ["CODE"]), Path(os.environ["CALLS"]).read_text().count("run ") - 1
    if code == 2:
        return code
    graph = ArtifactResult("forward", "t", "fp32", "p", "0", 1, int(os.environ["PARAMETERS"]), 1, 1, [], [])
    status = "failed" if code == 3 else "passed"
    case = CaseResult("m@d#0", "m@d", "m@d-0", "m", "d", {{}}, {{}}, {{}}, 0, status, artifacts=[graph] * (code != 3))
    environment = {{"cpu": "c", "cores": 1, "gpus": [], "python": "", "platform": "", "jobs": 1, "packages": {{}}}}
    started = f"2026-01-01T12:00:{{count:02}}+00:00"
    results = RunResult(f"20260101-1200{{count:02}}-abcd", {{"name": "s"}}, environment, status, started, 1.0, [case])
    folder = reports / "s" / results.run_id
    folder.mkdir(parents=True)
    write_results(results, folder)
    History(reports, make=True).record(results, folder)
    return code

with open(os.environ["CALLS"], "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "run":
    sys.exit(run(Path(sys.argv[sys.argv.index("--output") + 1])))
from bench.cli import main
main()
"""


def scripts() -> list[str]:
    """All shell code."""
    steps = [*STEPS, *WORKFLOW["jobs"]["bench"]["steps"]]
    return [*(step["run"] for step in steps if "run" in step), *GITLAB["bench"]["script"]]


def command_lines() -> list[list[str]]:
    """The arguments of every `bench ...`, with a word for each variable."""
    found = re.findall(r"\bbench ((?:run|compare|history|baseline)\b[^\n;|]*)", "\n".join(scripts()))
    lines = [line.split(" || ")[0].replace('"${options[@]}"', "") for line in found]
    return [shlex.split(re.sub(r"\$\w+", "word", line)) for line in lines]


def accept(command: click.Command, arguments: list[str]) -> None:
    """Let click take the arguments, without doing what they ask for."""
    context = click.Context(command)
    while isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group) and not arguments:
            return
    command.make_context("bench", arguments)


def test_every_part_of_bench_that_ci_needs_is_called():
    assert {line[0] for line in command_lines()} == {"run", "compare", "baseline", "history"}


@pytest.mark.parametrize("line", command_lines(), ids=" ".join)
def test_a_command_line_is_one_that_bench_takes(line):
    accept(cli, line)


def test_a_command_line_that_bench_does_not_take_is_found():
    with pytest.raises(click.UsageError):
        accept(cli, ["compare", "main", "--no-such-option"])


def test_the_action_uses_its_inputs_and_the_outputs_of_its_steps():
    text = (FOLDER / "action.yml").read_text()
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    written = {step["id"]: set(re.findall(r'echo "(\w+)=', step["run"])) for step in STEPS if "id" in step}
    for step, output in re.findall(r"steps\.(\w+)\.outputs\.(\w+)", text):
        assert output in written[step]


def test_no_input_is_pasted_into_a_script():
    assert not [step["name"] for step in STEPS if "${{" in step["run"]]


def test_the_workflow_gives_and_takes_what_the_action_has():
    assert set(USE["with"]) <= set(ACTION["inputs"])
    required = {name for name, one in ACTION["inputs"].items() if one.get("required")}
    assert required <= set(USE["with"])
    text = (FOLDER / "workflow.yml").read_text()
    assert set(re.findall(rf"steps\.{USE['id']}\.outputs\.([\w-]+)", text)) <= set(ACTION["outputs"])


class Server:
    """What runs shell steps as GitHub and GitLab do, in a folder that stays from one job to the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        stand_in = folder / "bin" / "bench"
        stand_in.parent.mkdir()
        stand_in.write_text(STAND_IN.format(python=sys.executable))
        stand_in.chmod(0o755)
        (folder / "temp").mkdir()
        (folder / "calls").touch()
        self.summary = folder / "summary.md"
        self.outputs: dict[str, str] = {}
        self.printed = ""

    def shell(self, script: str, **variables: str) -> int:
        """The exit code of a script."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "CALLS": str(self.folder / "calls"), **variables}
        environment = {key: value for key, value in environment.items() if not key.startswith(("CI", "GITLAB"))} | {
            key: value for key, value in variables.items() if key.startswith("CI")
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.printed += done.stdout + done.stderr
        return done.returncode

    def action(self, parameters: int, code: int = 0, **inputs: str) -> int:
        """What a job ends with that uses the action."""
        self.printed, self.outputs = "", {}
        defaults = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
        values = defaults | {"suite": "suite.yaml", "compare-options": ""} | inputs
        given = {f"inputs.{name}": value for name, value in values.items()}
        for step in STEPS:
            if "if" in step and not self._holds(step["if"], given):
                continue
            output = self.folder / "temp" / "output"
            output.write_text("")
            files = {"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": self.summary, "RUNNER_TEMP": self.folder / "temp"}
            own = {key: self._filled(text, given) for key, text in step["env"].items()}
            known = {key: str(path) for key, path in files.items()}
            found = self.shell(step["run"], **known, **own, PARAMETERS=str(parameters), CODE=str(code))
            lines = output.read_text().splitlines()
            given |= {f"steps.{step.get('id')}.outputs.{k}": v for k, _, v in (line.partition("=") for line in lines)}
            if found:
                break
        self.outputs = {name: self._filled(one["value"], given) for name, one in ACTION["outputs"].items()}
        return found

    def gitlab(self, parameters: int, code: int = 0, branch: str = "main") -> int:
        """What a job of GitLab ends with."""
        (script,) = GITLAB["bench"]["script"]
        names = {"CI_COMMIT_BRANCH": branch, "CI_DEFAULT_BRANCH": "main", "BENCH_SUITE": "suite.yaml"}
        quick = script.replace(" --remeasure", "")
        return self.shell(quick, **names, PARAMETERS=str(parameters), CODE=str(code))

    @property
    def baseline(self) -> str:
        """The run that is the baseline, if there is one."""
        done = subprocess.run(
            [sys.executable, "-m", "bench", "baseline", "list", "--reports", self.folder / "reports"],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    @staticmethod
    def _filled(text: str, given: dict[str, str]) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: given.get(match[1], ""), text)

    @staticmethod
    def _holds(condition: str, given: dict[str, str]) -> bool:
        """A condition of comparisons, joined by `&&`."""
        results = []
        for left, operator, right in re.findall(r"([\w.-]+) (==|!=) '(\w*)'", condition):
            results.append((given.get(left, "") == right) == (operator == "=="))
        assert len(results) == condition.count("&&") + 1
        return all(results)


@pytest.fixture
def server(tmp_path):
    """See `Server`."""
    return Server(tmp_path)


def test_the_first_run_passes_and_becomes_the_baseline(server):
    assert server.action(100, **{"set-baseline": "true"}) == 0
    assert "::notice title=There is no baseline main yet" in server.printed
    assert server.baseline == "main: 20260101-120000-abcd"
    assert server.outputs["exit-code"] == "0"


def test_a_later_run_is_compared_and_a_regression_fails_the_job(server):
    server.action(100, **{"set-baseline": "true"})
    assert server.action(100) == 0
    assert "::notice title=s%3A passed::" in server.printed
    assert server.action(200) == 1
    assert "::error title=regressed%3A parameters of m@d%2C forward fp32::100 -> 200" in server.printed
    assert server.outputs["exit-code"] == "1"
    assert server.baseline == "main: 20260101-120000-abcd"


def test_a_regression_that_was_merged_is_the_next_baseline(server):
    server.action(100, **{"set-baseline": "true"})
    assert server.action(200, **{"set-baseline": "true"}) == 1
    assert server.action(200) == 0


def test_failed_cases_are_told_and_become_no_baseline(server):
    server.action(100, **{"set-baseline": "true"})
    assert server.action(100, code=3, **{"set-baseline": "true"}) == 3
    assert "::error title=failed%3A m@d#0::" in server.printed
    assert server.baseline == "main: 20260101-120000-abcd"


def test_a_missed_gate_fails_the_job_though_nothing_regressed(server):
    server.action(100, **{"set-baseline": "true"})
    assert server.action(100, code=1) == 1
    assert server.outputs["exit-code"] == "0"


def test_after_a_mistake_nothing_is_compared(server):
    assert server.action(100, code=2) == 2
    assert [line.split()[0] for line in (server.folder / "calls").read_text().splitlines()] == ["run"]


def test_options_are_handed_on_and_the_summary_is_kept_for_a_comment(server):
    server.summary.write_text("of other steps\n")
    options = {"run-options": "--set train.max_epochs=1 --jobs 2", "compare-options": "--strict --threshold 3%"}
    assert server.action(100, **options) == 0
    run, compare = (server.folder / "calls").read_text().splitlines()
    assert run == "run suite.yaml --output reports --set train.max_epochs=1 --jobs 2"
    written = server.outputs["markdown"]
    asked = f"--format github --also md={written} --strict --threshold 3%"
    assert compare == f"compare main latest --reports reports {asked}"
    told = Path(written).read_text()
    assert told.startswith("<!-- bench compare -->\n")
    assert server.summary.read_text() == "of other steps\n" + told


def test_the_workflow_keeps_ten_runs_and_the_baseline(server):
    twelve = "for i in {1..12}; do bench run suite.yaml --output reports; done; bench baseline set main latest"
    assert server.shell(twelve, PARAMETERS="100", CODE="0") == 0
    (step,) = [step for step in WORKFLOW["jobs"]["bench"]["steps"] if step.get("name") == "Keep ten runs"]
    assert server.shell(step["run"]) == 0
    left = sorted(path.name for path in (server.folder / "reports").glob("s/*"))
    assert left == [f"20260101-1200{number:02}-abcd" for number in range(2, 12)]
    assert server.action(100) == 0
    assert "passed" in server.printed


def test_gitlab_gets_junit_and_the_exit_code(server):
    assert server.gitlab(100) == 0
    assert server.baseline == "main: 20260101-120000-abcd"
    assert server.gitlab(200, branch="change") == 1
    suite = ET.parse(server.folder / GITLAB["bench"]["artifacts"]["reports"]["junit"]).getroot()[0]
    assert suite.get("failures") == "1"
    assert server.baseline == "main: 20260101-120000-abcd"
    assert server.gitlab(100, code=3) == 3
    assert server.gitlab(100, code=2) == 2
