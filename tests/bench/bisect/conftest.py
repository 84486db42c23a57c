"""Repositories with a known history, and comparisons of figures that are known."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.bisect.git import Repository
from bench.compare.records import Comparison, Key, Row, Side, Threshold

SIDE = Side("", "trial", "", "", "", "")


class Scripted:
    """A repository made in one step: each commit writes its number into `number`."""

    def __init__(self, folder: Path, count: int, stream: str) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.org")
        self.git("fast-import", "--quiet", given=stream or "".join(map(commit, range(count))))
        self.git("checkout", "--quiet", "main")
        self.repository = Repository(folder)
        self.commits = [self.repository.commit(id_) for id_ in self.git("rev-list", "--reverse", "main").split()]

    def git(self, *arguments: str, given: str = "") -> str:
        command = ["git", "-C", self.folder, *arguments]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def state(self) -> str:
        """All that a user would see of it, with what git keeps of a bisection and of working trees."""
        refs = self.git("for-each-ref", "--format=%(refname) %(objectname)")
        kept = sorted(path.name for path in (self.folder / ".git").glob("BISECT_*"))
        trees = self.git("worktree", "list", "--porcelain")
        return "\n".join([self.git("status", "--branch", "--porcelain=v2", "--ignored"), refs, trees, *kept])


def commit(number: int, branch: str = "main", parents: str = "", text: str = "") -> str:
    """A commit for `git fast-import`, marked with its number plus one: the next of its branch, or of `parents`."""
    subject, person = f"Step {number}", f"Ada <ada@example.org> {1700000000 + number} +0000"
    lines = [f"commit refs/heads/{branch}", f"mark :{number + 1}", f"author {person}", f"committer {person}"]
    lines += [f"data {len(subject)}", subject, parents + "M 100644 inline number"]
    return "\n".join([*lines, f"data {len(text or str(number))}", text or str(number), ""]) + "\n"


@pytest.fixture
def scripted(tmp_path):
    """Makes a repository with so many commits, or of a stream for `git fast-import`."""
    return lambda count=8, stream="": Scripted(tmp_path / "repository", count, stream)


@pytest.fixture(scope="session")
def long(tmp_path_factory):
    """A repository of 24 commits in a row, for tests that leave it as it is."""
    return Scripted(tmp_path_factory.mktemp("long") / "repository", 24, "")


@pytest.fixture(name="stream")
def stream_():
    """A commit for `git fast-import`."""
    return commit


@pytest.fixture(name="row")
def row_():
    """A row of the figure `loss`."""
    return row


@pytest.fixture(name="compared")
def compared_():
    """Compares runs whose folder is called by their figure."""
    return compared


def row(base: float, head: float, **changes) -> Row:
    """A row that knows its figures exactly and tolerates 5 %."""
    change = head / base - 1
    verdict = "regressed" if change > 0.05 else "improved" if change < -0.05 else "unchanged"
    fields = {"key": Key("net@points", "forward", "loss"), "kind": "timing", "unit": "s", "higher_is_better": False}
    fields |= {"change": change, "interval": (change, change), "detectable": 0.0, "verdict": verdict}
    fields |= {"threshold": Threshold(0.05, "default"), "method": "exactly", "base": base, "head": head}
    return Row(**{**fields, **changes})


def compared(base: Path, head: Path) -> Comparison:
    return Comparison(SIDE, SIDE, (row(float(base.name), float(head.name)),))


# Stands in for bench in a scripted repository, whose root comes first when Python imports. `number` is what its one
# artifact has in parameters; or a word that says what goes wrong.
FAKE = """
import json, os, pathlib, subprocess, sys, time

output = pathlib.Path(sys.argv[sys.argv.index("--output") + 1])
content = pathlib.Path("number").read_text()
names = ("PYTHONPATH", "BENCH_SITE", "GIT_DIR", "BENCH_DATA")
call = {"argv": sys.argv[1:], "environment": {name: os.environ.get(name) for name in names}, "content": content}
with (output / "calls.jsonl").open("a") as file:
    print(json.dumps(call), file=file)
count = len((output / "calls.jsonl").read_text().splitlines())
if content == "otherwise" and count == 2:
    sys.exit(2)
if content == "mistaken":
    print("error: quick.yaml:1: unknown model")
    sys.exit(2)
if content == "unchosen":
    print("error: --only lenet matches no case of suite.yaml")
    sys.exit(4)
results = json.loads(pathlib.Path(__file__).with_name("template.json").read_text())
head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
results["environment"]["git"] = {"commit": head, "changed": False}
processes = [word.split("=")[1] for word in sys.argv if word.startswith("measure.processes=")]
results["suite"]["measure"]["processes"] = int(processes[-1]) if processes else 2
if content in ("failing", "hanging"):
    results["cases"][0] |= {"status": "failed", "error": {"stage": "train", "kind": "E", "message": "no gradient"}}
    results["status"] = "failed"
else:
    results["cases"][0]["artifacts"][0]["parameters"] = 11 if content == "otherwise" else int(content)
results["run_id"] = f"20240501-120000-{count:04}"
folder = output / "trial" / results["run_id"]
if "--resume" in sys.argv:
    folder = pathlib.Path(sys.argv[sys.argv.index("--resume") + 1])
folder.mkdir(parents=True, exist_ok=True)
if content == "hanging" or (content == "otherwise" and count == 1):
    results["status"] = "running"
    print("half done")
(folder / "results.json").write_text(json.dumps(results))
if content == "hanging":
    time.sleep(60)
sys.exit(3 if content == "failing" else 1 if content == "7" else 0)
"""


@pytest.fixture
def faked(tmp_path, stream, make):
    """Makes a repository in which `bench run` is quick: each commit has this content of `number`."""

    def build(*contents: str) -> Scripted:
        commits = [stream(number, text=text) for number, text in enumerate(contents)]
        return Scripted(tmp_path / "repository", 0, "".join([first_with_files(commits[0], make), *commits[1:]]))

    return build


def first_with_files(commit: str, make) -> str:
    """The first commit, with the stand-in for bench."""
    suite = {"name": "trial", "measure": {"runtimes": [{"name": "graph", "runtime": "graph", "params": {}}]}}
    template = json.dumps(asdict(make.results(suite=suite)))
    files = {"bench/__init__.py": "", "bench/__main__.py": FAKE, "bench/template.json": template}
    return commit.removesuffix("\n") + "".join(
        f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items()
    )
