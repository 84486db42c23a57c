"""In whose code something failed, and what it says."""

import pytest

from bench.stages.blame import LONGEST_MESSAGE, blamed, failure, message_of, owner_of

OWNERS = {"bench.report.html": "reports", "theirs": "their-plugin", "shared.one": "first", "shared.two": "second"}


@pytest.mark.parametrize(
    ("module", "plugin"),
    [
        ("theirs", "their-plugin"),
        ("theirs.deep.inside", "their-plugin"),
        ("shared.two.inside", "second"),
        ("shared", ""),
        ("bench.stages.train", ""),
        ("bench.report.html", "reports"),
        ("theirsnot", ""),
        ("", ""),
    ],
)
def test_a_module_belongs_to_the_plugin_that_offers_it_or_a_package_around_it(module, plugin):
    assert owner_of(module, OWNERS) == plugin


def raised(code, module):
    """An exception from code that claims to be of a module."""
    try:
        exec(code, {"__name__": module})
    except BaseException as error:
        return error
    raise AssertionError


def test_the_innermost_plugin_in_the_traceback_is_to_blame():
    assert blamed(raised("1 / 0", "theirs.part"), OWNERS) == "their-plugin"
    assert blamed(raised("1 / 0", "bench.stages.train"), OWNERS) == ""
    assert blamed(raised("1 / 0", "bench.stages.train"), OWNERS, suspect="shared.one") == "first"


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("one\ntwo"), "one two"),
        (ValueError("\x1b[31mred\x1b[0m \x07bell"), "red bell"),
        (ValueError(), "ValueError"),
        (SystemExit(0), "SystemExit 0"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (Unprintable(), "Unprintable"),
    ],
)
def test_a_message_is_one_line_that_says_something(error, message):
    assert message_of(error) == message
    assert failure(error, "train", OWNERS).message == message


def test_a_long_message_is_cut_with_a_mark():
    text = message_of(ValueError("x" * 1000))
    assert len(text) == LONGEST_MESSAGE
    assert text.endswith("…")
