"""`bench list`."""

import sys

import click
import pytest

KINDS = ("models", "datasets", "metrics", "runtimes", "reporters")
OFFER = """
    import bench

    @bench.hookimpl
    def bench_models():
        yield bench.ModelInfo("shared", "somewhere:Net", task="classification", summary="One of two.")
        yield bench.ModelInfo("own-of-{name}", "nowhere.at.all:Net", task="classification", summary="A net.")
"""


def test_everything_is_listed_by_kind(command, install, no_plugins):
    install("first", OFFER.replace("{name}", "first"))
    lines = command("list").out.splitlines()
    assert [line for line in lines if line in KINDS] == list(KINDS)
    assert [line.split() for line in lines[:3]] == [
        ["models"],
        ["name", "task", "plugin", "summary"],
        ["own-of-first", "classification", "first", "A", "net."],
    ]


def test_one_kind_alone_can_be_listed(command, install, no_plugins):
    install("first", OFFER.replace("{name}", "first"))
    out = command("list", "models").out
    assert "own-of-first" in out
    assert "datasets" not in out


def test_a_kind_of_which_there_is_nothing_says_so(command, no_plugins):
    assert command("list", "datasets").out == "datasets\n  none\n\n"


def test_an_unknown_kind_is_told_with_what_is_allowed(command):
    answer = command("list", "modles")
    assert answer.code == 2
    assert all(kind in answer.err for kind in KINDS)


def test_a_broken_plugin_is_named_beside_the_list(command, install, no_plugins):
    install("bad", "raise RuntimeError('out of order')")
    answer = command("list")
    assert answer.code == 0
    assert answer.err == "plugin bad is broken; `bench plugins` says why\n"


def test_a_clash_is_named_beside_the_list(command, install, no_plugins):
    for name in ("first", "second"):
        install(name, OFFER.replace("{name}", name))
    answer = command("list", "models")
    assert "shared" not in answer.out
    assert answer.err == "model 'shared' is offered by several plugins (uninstall one: first, second)\n"


def test_a_runtime_tells_what_it_serves_and_what_it_misses(command, install, no_plugins):
    code = """
        import bench

        @bench.hookimpl
        def bench_runtimes():
            yield bench.RuntimeInfo("here", "a:A", summary="One.", precisions=("fp32", "fp16"))
            yield bench.RuntimeInfo("slow", "a:B", summary="Two.", scenarios=("offline",), requires=("no_such",))
            yield bench.RuntimeInfo("away", "a:C", summary="Three.", requires=("no_such",), extra="it[c]")
    """
    install("three", code)
    rows = {
        line.split()[0]: line.partition("three")[2].strip()
        for line in command("list", "runtimes").out.splitlines()[2:-1]
    }
    assert rows == {
        "here": "One. [fp32, fp16]",
        "slow": "Two. [fp32] [offline] [not installed: no_such]",
        "away": "Three. [fp32] [not installed: no_such; pip install 'it[c]']",
    }


@pytest.mark.parametrize("columns", [70, 100])
def test_lines_fit_the_terminal_and_nothing_is_lost(command, monkeypatch, columns):
    whole = command("list").out
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    out = click.unstyle(command("list").out)
    assert max(len(line) for line in out.splitlines()) <= columns < max(len(line) for line in whole.splitlines())
    assert out.split() == whole.split()


def test_what_is_no_terminal_gets_whole_lines(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    summary = "1,797 real handwritten digits of 8x8 pixels that ship with scikit-learn; works offline."
    assert summary in command("list").out
