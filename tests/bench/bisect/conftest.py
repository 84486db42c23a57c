"""Repositories with a known history, and comparisons of figures that are known."""

import subprocess
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
