"""One run of the suite at one commit: found if it is there already, else made in a fresh process."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.bisect.git import Commit, Repository, Worktree, without_git
from bench.errors import BenchError, RunError, suggestion
from bench.results import RunResult
from bench.store.folder import RESULTS, read_results, write_text

# The folder that `--install` may install into, as its command knows it.
SITE = "BENCH_SITE"

# How long a run that is told to end gets to end its workers, in seconds.
PATIENCE_S = 20.0

# What `bench run` ends with if it cannot go on with an earlier run, as when another version of bench has made that.
MISTAKE = 2

# What `bench run` ends with if no case is chosen: a mistake in what was asked, and none of the commit.
NOTHING = 4


class Unmeasured(BenchError):
    """A commit that gives no figures; `reason` says why."""

    def __init__(self, commit: Commit, reason: str, exit_code: int = 3) -> None:
        super().__init__(f"{commit}: {reason}")
        self.reason, self.exit_code = reason, exit_code


@dataclass(frozen=True)
class Recipe:
    """How each commit is measured: the same way at all of them.

    :param suite: the text of the suite: one that changes with the commits would blur the answer
    :param name: of the suite
    :param processes: timing processes for each configuration
    :param only: patterns of cases
    :param overrides: `key=value` each, as `--set` has them
    :param jobs: cases that train side by side
    :param install: a command for the shell, before each run
    :param paths: folders of the repository, besides its root, from which Python imports
    """

    suite: str
    name: str
    processes: int
    only: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    jobs: int | None = None
    install: str = ""
    paths: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Differs where anything differs that may move a figure."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:8]


@dataclass
class Measurer:
    """Measures commits in a working tree and keeps the runs.

    :param recipe: how
    :param folder: gets the runs, `<suite>/<run id>`, and a log for each commit
    :param tell: is told of what takes long
    :param _tried: commits that have been measured by now -> with how many times as many processes
    """

    recipe: Recipe
    tree: Worktree
    folder: Path
    tell: Callable[[str], None]
    _tried: dict[str, int] = field(default_factory=dict)

    def __call__(self, commit: Commit, factor: int = 1) -> Path:
        """The run at a commit.

        :param factor: how many times as many timing processes as the suite asks for, at least
        :raises Unmeasured: if it has failed
        """
        found = newest_run(self.folder, commit)
        is_there = found is not None and _is_whole(found[0], self.recipe.processes * factor)
        if not is_there and self._tried.get(commit.id, 0) < factor:
            self._tried[commit.id] = factor
            self.tree.check_out(commit)
            self._measure(commit, factor, found[1] if found else None)
            found = newest_run(self.folder, commit)
        if found is None or found[0].status == "running":
            log = self._log(commit)
            raise Unmeasured(commit, f"bench run did not come to its end: {_last_line(log)} ({log})")
        results, folder = found
        failed = [case for case in results.cases if case.status == "failed"]
        if failed:
            why = failed[0].downfall or failed[0].error
            raise Unmeasured(commit, f"{failed[0].id} failed: {why.message if why else 'its log says why'} ({folder})")
        return folder

    def _measure(self, commit: Commit, factor: int, earlier: Path | None) -> None:
        """Run the suite once; what an earlier run has trained is not trained again."""
        recipe, log = self.recipe, self._log(commit)
        log.parent.mkdir(parents=True, exist_ok=True)
        site = self.tree.folder.parent / "site"
        shutil.rmtree(site, ignore_errors=True)
        site.mkdir()
        environment = self._environment(site)
        if recipe.install:
            self.tell(f"installing {commit}")
            if code := self._run(["/bin/sh", "-c", recipe.install], environment, log):
                raise Unmeasured(commit, f"{recipe.install!r} ended with {code}: {_last_line(log)} ({log})")
        self.tell(f"measuring {commit}" + (f", {recipe.processes * factor} processes each" if factor > 1 else ""))
        suite = write_text(self.folder / "suite.yaml", recipe.suite)
        command = [sys.executable, "-m", "bench", "run", str(suite), "--output", str(self.folder)]
        command += [word for pattern in recipe.only for word in ("--only", pattern)]
        settings = [*recipe.overrides, *([f"measure.processes={recipe.processes * factor}"] if factor > 1 else [])]
        command += [word for setting in settings for word in ("--set", setting)]
        command += ["--jobs", str(recipe.jobs)] if recipe.jobs else []
        code = self._run([*command, "--resume", str(earlier)], environment, log) if earlier else MISTAKE
        if code == MISTAKE:
            code = self._run(command, environment, log)
        if code == NOTHING:
            raise Unmeasured(commit, f"{_last_line(log).removeprefix('error: ')} ({log})", MISTAKE)

    def _log(self, commit: Commit) -> Path:
        return self.folder / "logs" / f"{commit.id}.log"

    def _environment(self, site: Path) -> dict[str, str]:
        """Python imports what `--install` has installed, then from this commit's files, before all else."""
        first = [site, *import_paths(self.tree.repository, self.tree.folder, self.recipe.paths, sys.path)]
        others = [str(Path(path).absolute()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        outside = [path for path in others if not Path(path).resolve().is_relative_to(self.tree.repository.folder)]
        environment = without_git(dict(os.environ))
        return {**environment, "PYTHONPATH": os.pathsep.join([*map(str, first), *outside]), SITE: str(site)}

    def _run(self, command: Sequence[str], environment: dict[str, str], log: Path) -> int:
        """Run a command in the working tree, and end it with this process."""
        with (
            log.open("a", encoding="utf-8") as printed,
            subprocess.Popen(
                command,
                cwd=self.tree.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C reaches it once, by way of this process
            ) as process,
        ):
            try:
                return process.wait()
            finally:
                _end(process)


def check_paths(tree: Worktree, paths: Sequence[str]) -> None:
    """See that each `--path` names a folder among a commit's files.

    :raises BenchError: for the first that does not
    """
    for path in paths:
        folder = (tree.folder / path).resolve()
        if not folder.is_relative_to(tree.folder):
            raise BenchError(f"--path {path}: this is not in the repository", "name a folder as seen from its root")
        if not folder.is_dir():
            folders = [one.name for one in tree.folder.iterdir() if one.is_dir()]
            raise BenchError(f"--path {path}: there is no such folder at {tree.head}", suggestion(path, folders))


def import_paths(repository: Repository, tree: Path, paths: Sequence[str], known: Sequence[str]) -> list[Path]:
    """Where Python finds a commit's code: the root, `--path`, and where it finds the user's own now.

    :param tree: the working tree of the commit
    :param known: `sys.path`: what lies in the repository, as an editable installation does, has its place in the tree
    """
    inside = [Path(path).resolve() for path in known if path]
    mapped = [path.relative_to(repository.folder) for path in inside if path.is_relative_to(repository.folder)]
    return list(dict.fromkeys([tree, *(tree / path for path in paths), *(tree / path for path in mapped)]))


def newest_run(folder: Path, commit: Commit) -> tuple[RunResult, Path] | None:
    """The last run at a commit, also one that was interrupted; what cannot be read is none."""
    for path in sorted(folder.glob(f"*/*/{RESULTS}"), reverse=True):  # identifiers begin with the time
        try:
            results, run = read_results(path)
        except RunError:
            continue
        git: dict[str, Any] = results.environment.get("git") or {}
        if git.get("commit") == commit.id:
            return results, run
    return None


def _is_whole(results: RunResult, processes: int) -> bool:
    """Whether a run has ended and has as many timing processes; one that failed is not tried again."""
    asked = (results.suite.get("measure") or {}).get("processes", 0)
    return results.status != "running" and (asked >= processes or any(c.status == "failed" for c in results.cases))


def _last_line(log: Path) -> str:
    if not log.exists():
        return "it has no log"
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "it printed nothing")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that is still there: first it may end its own, then it is killed with them."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
