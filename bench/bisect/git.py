"""A repository, a working tree of its own for the measurements, and git bisect inside of it.

Git keeps the state of a bisection, like the commit that is checked out, for each working tree apart. So nothing here
touches the user's files, index, HEAD, or a bisection that goes on beside this one.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.errors import BenchError

Mark = Literal["good", "bad", "skip"]

# A hook of the user's that runs on a checkout is meant for the user's own working tree.
COMMAND = ("git", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false")

# What the log of a bisection ends with.
FOUND, POSSIBLE = "# first bad commit: [", "# possible first bad commit: ["


class GitError(BenchError):
    """What git could not do, in its own words."""


@dataclass(frozen=True)
class Commit:
    """A commit; `date` is its author's, `parents` are identifiers."""

    id: str
    short: str
    subject: str
    author: str
    date: str
    parents: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.short} {self.subject}"


class Repository:
    """The repository that a folder is in.

    :raises BenchError: if it is in none, or git is not installed
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise BenchError(f"{folder}: there is no such folder", "name a repository with --repo")
        if not shutil.which("git"):
            raise BenchError("git is not installed")
        found = _run(folder, "rev-parse", "--show-toplevel")
        if found.returncode or not found.stdout.strip():
            raise BenchError(f"{folder.resolve()} is in no working tree of git", "name a repository with --repo")
        self.folder = Path(found.stdout.strip())

    def commit(self, revision: str) -> Commit:
        """What a branch, a tag, a hash or `HEAD~3` names.

        :raises BenchError: if it names no commit
        """
        name = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        found = _run(self.folder, *name)
        if found.returncode:
            raise BenchError(f"{revision!r} is no commit in {self.folder}", "a branch, a tag, a hash, or HEAD~3")
        return _commit(self.folder, found.stdout.strip())

    def count_between(self, good: Commit, bad: Commit) -> int:
        """How many commits `bad` has that `good` has not: one of them is to blame.

        :raises BenchError: if `good` is no ancestor of `bad`
        """
        if good.id == bad.id:
            raise BenchError(f"good and bad are one commit, {good}", "name two")
        if _run(self.folder, "merge-base", "--is-ancestor", good.id, bad.id).returncode:
            is_swapped = not _run(self.folder, "merge-base", "--is-ancestor", bad.id, good.id).returncode
            hint = "it is the other way round" if is_swapped else "name an ancestor: git merge-base tells the nearest"
            raise BenchError(f"--good {good.short} is no ancestor of --bad {bad.short}", hint)
        return int(git(self.folder, "rev-list", "--count", f"{good.id}..{bad.id}"))


class Worktree:
    """A working tree beside the user's, in a temporary folder.

    :param folder: where files of the commit at hand are
    """

    def __init__(self, repository: Repository, folder: Path) -> None:
        self.repository = repository
        self.folder = folder

    @property
    def head(self) -> Commit:
        """The commit that is checked out here."""
        return _commit(self.folder, "HEAD")

    def check_out(self, commit: Commit) -> None:
        """Have the files of a commit, and no others."""
        self.clean()
        git(self.folder, "checkout", "--quiet", "--detach", commit.id)

    def clean(self) -> None:
        """Take away what a measurement has left: compiled files of one commit could pass for those of the next."""
        git(self.folder, "reset", "--quiet", "--hard")
        git(self.folder, "clean", "-ffdxq")

    def start(self, good: Commit, bad: Commit) -> None:
        """Begin a bisection, at the commit that it wants to know of first."""
        self.clean()
        git(self.folder, "bisect", "start", bad.id, good.id)

    def mark(self, commit: Commit, mark: Mark) -> None:
        """Say how a commit is, and go to the one that is wanted next."""
        self.clean()
        done = _run(self.folder, "bisect", mark, commit.id)
        if done.returncode and self.suspects() is None:  # it also fails when only skipped commits are left
            raise _error(("bisect", mark), done)

    def suspects(self) -> list[str] | None:
        """The first bad commit, or all that it may be if some could not be judged; None as long as it goes on."""
        lines = self.log().splitlines()
        found = [line.removeprefix(FOUND).partition("]")[0] for line in lines if line.startswith(FOUND)]
        possible = [line.removeprefix(POSSIBLE).partition("]")[0] for line in lines if line.startswith(POSSIBLE)]
        return found[-1:] or possible or None

    def log(self) -> str:
        """What `git bisect replay` takes."""
        return git(self.folder, "bisect", "log")


@contextmanager
def worktree(repository: Repository, commit: Commit) -> Iterator[Worktree]:
    """A working tree with a commit checked out, which is gone at the end, whatever that was."""
    with tempfile.TemporaryDirectory(prefix="bench-bisect-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary).resolve() / repository.folder.name
        try:
            git(repository.folder, "worktree", "add", "--quiet", "--detach", str(folder), commit.id)
            yield Worktree(repository, folder)
        finally:
            if _run(repository.folder, "worktree", "remove", "--force", "--force", str(folder)).returncode:
                shutil.rmtree(folder, ignore_errors=True)
                _run(repository.folder, "worktree", "prune")


def _commit(folder: Path, known: str) -> Commit:
    form = ("-1", "--no-show-signature", "--format=%H%x00%h%x00%s%x00%an%x00%aI%x00%P")
    id_, short, subject, author, date, parents = git(folder, "log", *form, known).split("\0")
    return Commit(id_, short, subject, author, date, tuple(parents.split()))


def git(folder: Path, *arguments: str) -> str:
    """What git prints.

    :raises GitError: if it fails
    """
    done = _run(folder, *arguments)
    if done.returncode:
        raise _error(arguments, done)
    return done.stdout.removesuffix("\n")


def without_git(environment: dict[str, str]) -> dict[str, str]:
    """The environment without what names a repository, as hooks of git have it: git would follow that."""
    local = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
    return {name: value for name, value in environment.items() if name not in local}


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**without_git(dict(os.environ)), "LC_ALL": "C"}
    command: Sequence[str] = (*COMMAND, "-C", str(folder), *arguments)
    return subprocess.run(  # it is in a session of its own: a Ctrl-C ends it only by way of this process
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
        start_new_session=True,
    )


def _error(arguments: Sequence[str], done: subprocess.CompletedProcess[str]) -> GitError:
    said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return GitError(f"git {' '.join(arguments[:2])}: {said[-1].strip() if said else f'exit code {done.returncode}'}")
