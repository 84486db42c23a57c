"""The search: git bisect asks for a commit, the judge says how it is."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.bisect.git import Commit, Repository, Worktree
from bench.bisect.judging import Decision, Ends, Judge
from bench.compare.records import Row


@dataclass(frozen=True)
class Found:
    """What a search has come to.

    :param suspects: the first bad commit alone; several where those between could not be measured
    :param before: the commit that `change` begins at: the parent, or the good commit if that was not measured
    :param change: the worst figure, from `before` to the first bad commit; None where there are several suspects
    :param decisions: in the order in which they were taken
    :param log: of git bisect
    """

    suspects: tuple[Commit, ...]
    before: Commit
    change: Row | None
    decisions: tuple[Decision, ...]
    log: str


def search(tree: Worktree, judge: Judge, ends: Ends, tell: Callable[[Decision], None]) -> Found:
    """The first commit at which a watched figure is bad.

    :param ends: have regressed
    :param tell: is told of each decision
    """
    decisions: dict[str, Decision] = {}
    tree.start(ends.good, ends.bad)
    while (suspects := tree.suspects()) is None:
        decision = judge.decide(tree.head, ends)
        decisions[decision.commit.id] = decision
        tell(decision)
        tree.mark(decision.commit, decision.mark)
    log = tree.log()
    commits = tuple(tree.repository.commit(suspect) for suspect in suspects)
    before = _before(commits[0], ends, decisions, tree.repository) if len(commits) == 1 else ends.good
    change = judge.between(before, commits[0], ends) if len(commits) == 1 else None
    return Found(commits, before, change, tuple(decisions.values()), log)


def _before(first: Commit, ends: Ends, decisions: dict[str, Decision], repository: Repository) -> Commit:
    """The parent of the first bad commit if it was found to be good."""
    good = {ends.good.id, *(one.commit.id for one in decisions.values() if one.mark == "good")}
    known = [parent for parent in first.parents if parent in good]
    return repository.commit(known[0]) if known else ends.good
