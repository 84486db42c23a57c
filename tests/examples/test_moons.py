"""The example package, installed and used as a third party's, alone and beside plugins that are broken."""

import json
import re
import shutil
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "bench-moons"

QUICKLY = [
    *("seeds=[0]", "train.max_epochs=15", "cases.0.matrix.centres=[8]"),
    *("measure.processes=1", "measure.warmup_s=0", "measure.warmup_max_s=0", "measure.min_seconds=0.01"),
]

# Entry point -> the text of its module.
BROKEN = {
    "unimportable": "import no_such_module",
    "raising": "import bench\n\n@bench.hookimpl\ndef bench_models():\n    raise RuntimeError('no models today')",
    "late": """
import bench

@bench.hookimpl
def bench_reporters():
    yield bench.ReporterInfo("unwritten", "broken_late:render", filename="unwritten.txt")

def render(results, folder):
    raise RuntimeError("no report today")

@bench.hookimpl
def bench_metrics():
    yield bench.MetricInfo("choosy", "broken_late:choose", task="classification", form="function")

def choose(evaluation):
    raise bench.Unsuitable("choosy needs cats", "these are moons")

@bench.hookimpl
def bench_case_finished(case):
    raise RuntimeError("no time today")
""",
}
LISTED = {
    "unimportable": r"ModuleNotFoundError: No module named 'no_such_module' \[.*broken_unimportable\.py:1\]",
    "raising": r"bench_models: RuntimeError: no models today \[.*broken_raising\.py:5\]",
}


@pytest.fixture(scope="module")
def moons(new_environment):
    """An environment with the example."""
    return installed(new_environment(), [])


@pytest.fixture(scope="module")
def troubled(new_environment):
    """An environment with the example and three plugins that are broken."""
    environment = new_environment()
    package = environment.folder / "bench-broken"
    package.mkdir()
    modules = {name: f"broken_{name}" for name in BROKEN}
    for name, module in modules.items():
        (package / f"{module}.py").write_text(BROKEN[name] + "\n")
    entries = "\n".join(f'{name} = "{module}"' for name, module in modules.items())
    (package / "pyproject.toml").write_text(
        f'[project]\nname = "bench-broken"\nversion = "0"\n[project.entry-points.bench]\n{entries}\n'
        f"[tool.setuptools]\npy-modules = {list(modules.values())}\n"
    )
    return installed(environment, [package])


def installed(environment, others):
    copy = environment.folder / "bench-moons"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    environment.install(copy, *others)
    return environment


def run_quickly(environment):
    settings = [argument for setting in QUICKLY for argument in ("--set", setting)]
    done = environment.bench("run", "bench-moons/moons.yaml", *settings)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = environment.folder.glob("reports/moons/*")
    return done, folder, json.loads((folder / "results.json").read_text())


def offers_the_example(environment):
    text = environment.bench("list").stdout
    return all(re.search(rf"^  {name} .* moons ", text, re.M) for name in ("moons", "rbf-net", "matthews-correlation"))


def test_plugins_names_its_package_and_hooks(moons):
    done = moons.bench("plugins")
    assert done.returncode == 0
    row = next(line for line in done.stdout.splitlines() if line.startswith("  moons"))
    assert row.split(maxsplit=3) == ["moons", "bench-moons", "0.1.0", "bench_datasets, bench_metrics, bench_models"]
    assert "broken" not in done.stdout


def test_list_offers_its_names(moons):
    assert offers_the_example(moons)


def test_its_suite_passes_with_results_and_reports(moons):
    done, folder, results = run_quickly(moons)
    assert results["status"] == "passed"
    assert results["environment"]["plugins"]["moons"] == "bench-moons 0.1.0"
    assert [case["model"] for case in results["cases"]] == ["rbf-net", "mlp"]
    for case in results["cases"]:
        (value,) = [metric["value"] for metric in case["metrics"] if metric["name"] == "matthews-correlation"]
        assert 0.85 < value <= 1
        assert case["data"]["train"] == 1000
        assert [m["batch_size"] for m in case["measurements"]] == [1, 256]
        # What is for images is left out for points, and said so.
        assert [picture["name"] for picture in case["pictures"]] == ["confusion-matrix"]
        log = (folder / "logs" / f"{case['folder']}.log").read_text()
        assert "misclassified needs images" in log
    for report in ("report.md", "report.html"):
        text = (folder / report).read_text()
        assert "rbf-net" in text
        assert "matthews-correlation" in text
        assert str(folder / report) in done.stdout


def test_its_own_tests_pass(moons):
    done = moons.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "bench-moons/tests")
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_plugins_says_what_is_broken_and_why(troubled):
    done = troubled.bench("plugins")
    assert done.returncode == 0
    for name, reason in LISTED.items():
        assert re.search(rf"broken: {name}\n\s+{reason}", done.stdout), done.stdout


def test_help_and_list_do_not_mind_what_is_broken(troubled):
    done = troubled.bench("--help")
    assert done.returncode == 0
    assert "Commands:" in done.stdout
    assert offers_the_example(troubled)


def test_a_name_that_is_missing_comes_with_what_is_broken(troubled):
    suite = troubled.folder / "lost.yaml"
    suite.write_text("name: lost\ncases: [{model: lost, dataset: moons}]\n")
    done = troubled.bench("validate", suite)
    assert done.returncode == 2
    assert "unknown model 'lost'" in done.stderr
    assert "plugin raising is broken" in done.stderr


def test_the_suite_does_not_mind_what_is_broken(troubled):
    done, folder, results = run_quickly(troubled)
    assert results["status"] == "passed"
    assert len(results["cases"]) == 2
    assert (folder / "report.html").exists()
    for name in LISTED:
        assert f"plugin {name} is broken; `bench plugins` says why" in done.stderr
    for case in results["cases"]:
        assert "choosy" not in {metric["name"] for metric in case["metrics"]}
        assert "choosy needs cats (these are moons)" in (folder / "logs" / f"{case['folder']}.log").read_text()
    assert not (folder / "unwritten.txt").exists()
    assert re.search(r"plugin late failed: .*RuntimeError: no (report|time) today", done.stderr), done.stderr
