"""A working tree beside the user's, and a bisection in it."""

import os
import subprocess

import pytest

from bench.bisect.git import Repository, worktree
from bench.errors import BenchError


def test_a_commit_is_named_as_git_names_it(scripted):
    made = scripted()
    made.git("tag", "v1", made.commits[2].id)
    for revision in ("v1", "main~5", made.commits[2].id[:9], "HEAD~5"):
        assert made.repository.commit(revision) == made.commits[2]
    third = made.commits[2]
    assert (third.subject, third.author, third.parents) == ("Step 2", "Ada", (made.commits[1].id,))
    assert third.date == "2023-11-14T22:13:22+00:00"


@pytest.mark.parametrize("revision", ["nothing", "HEAD~99", "--all", "", "HEAD:number"])
def test_what_is_no_commit_is_refused_in_one_line(scripted, revision):
    with pytest.raises(BenchError, match=f"^'{revision}' is no commit in ") as refused:
        scripted().repository.commit(revision)
    assert "\n" not in str(refused.value)


def test_a_folder_outside_of_a_repository_is_refused(tmp_path):
    with pytest.raises(BenchError, match="is in no working tree of git"):
        Repository(tmp_path)


def test_good_has_to_be_an_ancestor_of_bad(scripted, stream):
    made = scripted(stream=stream(0) + stream(1) + stream(2, "other", "from :1\n"))
    first, other = made.repository.commit("main~1"), made.repository.commit("other")
    assert made.repository.count_between(first, made.repository.commit("main")) == 1
    with pytest.raises(BenchError, match="other way round"):
        made.repository.count_between(made.repository.commit("main"), first)
    with pytest.raises(BenchError, match=r"is no ancestor of --bad .*merge-base"):
        made.repository.count_between(made.repository.commit("main"), other)
    with pytest.raises(BenchError, match="are one commit"):
        made.repository.count_between(first, first)


def test_the_users_tree_and_bisection_stay_as_they_are(scripted):
    made = scripted()
    (made.folder / "number").write_text("changed")
    (made.folder / "new").write_text("not added")
    made.git("stash")
    made.git("bisect", "start", "main", "main~7")
    (made.folder / "number").write_text("changed again")
    before = made.state()
    with worktree(made.repository, made.commits[0]) as tree:
        assert (tree.folder / "number").read_text() == "0"
        tree.start(made.commits[1], made.commits[6])
        while tree.suspects() is None:
            number = int((tree.folder / "number").read_text())
            (tree.folder / "number").write_text("dirt")
            (tree.folder / "left").write_text("behind")
            tree.mark(tree.head, "bad" if number >= 4 else "good")
            assert not (tree.folder / "left").exists()
        assert tree.suspects() == [made.commits[4].id]
        assert "git bisect bad" in tree.log()
    assert not tree.folder.exists()
    assert made.state() == before
    assert (made.folder / "number").read_text() == "changed again"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_the_tree_is_gone_whatever_happens(scripted, error):
    made = scripted()
    before = made.state()
    folders = []

    def interrupted():
        with worktree(made.repository, made.commits[0]) as tree:
            folders.append(tree.folder)
            tree.start(made.commits[0], made.commits[7])
            raise error

    with pytest.raises(error):
        interrupted()
    assert made.state() == before
    assert not folders[0].parent.exists()


def test_hooks_and_the_environment_of_a_hook_are_left_alone(scripted, monkeypatch, tmp_path):
    made = scripted()
    hook = made.folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\n")
    hook.chmod(0o755)
    subprocess.run(["git", "init", "--quiet", tmp_path / "other"], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    with worktree(Repository(made.folder), made.commits[3]) as tree:
        tree.check_out(made.commits[5])
        assert (tree.folder / "number").read_text() == "5"
        assert tree.head == made.commits[5]
    assert not (tmp_path / "called").exists()
    assert not (tmp_path / "index").exists()
    assert os.environ["GIT_DIR"]


def test_only_skipped_commits_leave_all_that_it_may_be(scripted):
    made = scripted()
    with worktree(made.repository, made.commits[0]) as tree:
        tree.start(made.commits[3], made.commits[6])
        while tree.suspects() is None:
            tree.mark(tree.head, "skip")
        assert sorted(tree.suspects()) == sorted(commit.id for commit in made.commits[4:7])
