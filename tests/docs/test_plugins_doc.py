"""docs/plugins.md names every hook with its exact arguments, shows files as they are, and its code runs."""

import inspect
import json
import re
import shutil
from pathlib import Path

import pytest

from bench import hookspecs

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "plugins.md").read_text()
HOOKS = {name: function for name, function in vars(hookspecs).items() if name.startswith("bench_")}
PACKAGES = {"bench_hello", "bench_moons", "bench_datasets"}

# A block's file is named in the line before it: "`path`:" begins one, "Add to `path`:" goes on with it.
BLOCK = re.compile(r"^(?:(Add to )?`([^`\n]+)`:\n\n)?```(\w+)\n(.*?)^```$", re.M | re.S)


def files():
    """Path -> text, as the document shows it."""
    found = {}
    for addition, path, _, text in BLOCK.findall(TEXT):
        if path:
            assert bool(addition) == (path in found), f"{path} is begun twice, or added to before it is begun"
            found[path] = found[path] + "\n\n" + text if addition else text
    return found


def commands():
    """Every `$ bench ...` but the runs -> what the document says that it prints; `...` stands for anything."""
    consoles = "".join(text for _, _, language, text in BLOCK.findall(TEXT) if language == "console")
    pairs = re.findall(r"^\$ bench (.*)\n((?:(?!\$ ).*\n)*)", consoles, re.M)
    return {command: printed for command, printed in pairs if not command.startswith("run")}


COMMANDS = commands()
RUN = "run bench-hello/hello.yaml --set measure.processes=1"
PAINTED = "run bench-hello/painted.yaml"

# All of them in one process, which imports torch once.
ONE_AFTER_THE_OTHER = """
import contextlib, io, json, shlex, sys
from bench.cli import main

for command in sys.argv[1:]:
    sys.argv[1:] = shlex.split(command)
    code, printed = 0, io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    print(json.dumps([command, code, printed.getvalue()]))
"""


@pytest.fixture(scope="module")
def environment(new_environment):
    """An environment with both of the document's packages."""
    made = new_environment()
    for path, text in files().items():
        if path.startswith("bench-hello/"):
            file = made.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    copy = made.folder / "examples" / "bench-moons"
    shutil.copytree(ROOT / "examples" / "bench-moons", copy)
    made.install(made.folder / "bench-hello", copy)
    return made


@pytest.fixture(scope="module")
def answers(environment):
    """Command -> (exit code, what it printed)."""
    suite = "name: painted\ncases:\n  - {model: linear, dataset: painted-stripes}\n"
    (environment.folder / "bench-hello" / "painted.yaml").write_text(suite)
    done = environment.run("-c", ONE_AFTER_THE_OTHER, RUN, PAINTED, *COMMANDS)
    assert done.returncode == 0, done.stderr
    return {command: (code, text) for command, code, text in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", HOOKS)
def test_hook_has_a_heading_with_its_exact_arguments(name):
    signature = str(inspect.signature(HOOKS[name])).replace("'", "").replace("click.", "")
    assert re.search(rf"^###+ `{re.escape(name + signature)}`$", TEXT, re.M), f"no heading says {name}{signature}"


def test_names_no_hook_that_does_not_exist():
    assert set(re.findall(r"\bbench_\w+", TEXT)) - PACKAGES == set(HOOKS) - PACKAGES
    assert set(re.findall(r"^###+ `(\w+)", TEXT, re.M)) == set(HOOKS)


def test_the_packages_implement_every_hook():
    code = files()["bench-hello/bench_hello/__init__.py"]
    assert set(re.findall(r"^def (bench_\w+)", code, re.M)) == set(HOOKS)


def test_shows_the_files_of_the_example_as_they_are():
    example = ROOT / "examples"
    shown = {path: text for path, text in files().items() if path.startswith("bench-moons/")}
    kept = {path for path in (example / "bench-moons").rglob("*") if path.suffix in {".py", ".toml", ".yaml"}}
    parts = {path.relative_to(example).as_posix() for path in kept if "build" not in path.parts}
    assert set(shown) == parts
    for path, text in shown.items():
        assert text == (example / path).read_text(), f"{path} differs"


def test_its_suite_uses_all_that_it_adds(environment, answers):
    code, text = answers[RUN]
    assert code == 0, text
    (folder,) = environment.folder.glob("reports/hello/*")
    linear, encoder = json.loads((folder / "results.json").read_text())["cases"]
    assert [artifact["name"] for artifact in encoder["artifacts"]] == ["encoder", "classifier"]
    assert {metric["artifact"] for metric in encoder["metrics"]} == {"classifier"}
    for case in (linear, encoder):
        assert {metric["name"] for metric in case["metrics"]} == {"accuracy", "confidence"}
        assert [picture["name"] for picture in case["pictures"]] == ["confidence-curve"]
        assert {m["provider"] for m in case["measurements"]} == {"CPUExecutionProvider", "onnx-reference"}
        assert len(case["data"]["fingerprint"]) == 64
        assert f"{case['id']} has passed" in text
    assert f"2 cases, written to {folder}" in text
    assert "the run has passed" in text
    table = (folder / "metrics.csv").read_text().splitlines()
    assert table[0] == "case,artifact,runtime,metric,value"
    assert len(table) == 1 + 2 * 2 * 2


def test_its_dataset_says_which_file_is_missing(answers):
    code, text = answers[PAINTED]
    assert code == 2
    assert "numbers.txt is not there (write numbers from 0 to 1 into it, one a line)" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_the_document_says(answers, command):
    code, text = answers[command]
    assert code == (2 if COMMANDS[command].startswith("error:") else 0), text
    got = [" ".join(line.split()) for line in text.splitlines()]
    for line in COMMANDS[command].splitlines():
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in line.split("..."))
        assert any(re.search(pattern, candidate) for candidate in got), f"{line!r} is not in {got}"
