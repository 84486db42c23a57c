"""A comparison as JUnit's XML, which most CI servers show: a figure is a test case."""

import re
from collections.abc import Collection
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.compare.records import Comparison, Key, Row
from bench.report.comparison import figures, lines, remedies, wording

# What XML 1.0 cannot hold even as a reference, besides what `lines.line` takes away.
UNFIT = re.compile(r"[\ufffe\uffff]")


def render(comparison: Comparison, strict: bool) -> str:
    """The comparison as XML: regressed is a failure, a failed case an error, what is open is skipped.

    :param strict: whether what is inconclusive, or has vanished, is a failure
    """
    suite = Element("testsuite", name=_text(wording.title(comparison)))
    properties = SubElement(suite, "properties")
    for which, side in wording.sides(comparison):
        SubElement(properties, "property", name=which, value=_text(wording.side(side)))
    is_again = remedies.was_remeasured(comparison)
    for row in comparison.rows:
        _add_row(suite, row, strict, is_again)
    for key in comparison.vanished:
        _add(_case(suite, key), "failure" if strict else "skipped", "only the base has this figure")
    news = set(comparison.newly_broken)
    for one in comparison.broken:
        case = SubElement(suite, "testcase", classname=_text(one.case), name=f"the case, in the {one.run}")
        _add(case, "error" if one in news else "skipped", wording.broken(one))
    if comparison.notes:
        SubElement(suite, "system-out").text = _text("; ".join(map(lines.line, comparison.notes)))
    return _written(suite)


def no_baseline(name: str, allowed: Collection[str]) -> str:
    """What stands here before there is a baseline: one case that was skipped."""
    suite = Element("testsuite", name="bench compare")
    case = SubElement(suite, "testcase", classname="baseline", name=_text(name))
    _add(case, "skipped", " ".join(wording.missing(name, allowed)))
    return _written(suite)


def _add_row(suite: Element, row: Row, strict: bool, is_again: bool) -> None:
    case = _case(suite, row.key)
    if row.verdict == "regressed":
        _add(case, "failure", figures.told(row), "; ".join([*remedies.remarks(row), *remedies.notes(row)]))
    elif row.verdict == "inconclusive":
        told = "; ".join([figures.told(row), *remedies.notes(row)])
        _add(case, "failure" if strict else "skipped", remedies.reason(row, is_again), told)
    else:
        SubElement(case, "system-out").text = _text(f"{row.verdict}: {figures.told(row)}")


def _case(suite: Element, key: Key) -> Element:
    return SubElement(suite, "testcase", classname=_text(key.group), name=_text(f"{key.place} {key.name}"))


def _add(case: Element, kind: str, message: str, more: str = "") -> None:
    SubElement(case, kind, message=_text(message)).text = _text(more)


def _text(text: str) -> str:
    return UNFIT.sub("", lines.line(text, 5 * lines.MOST))


def _written(suite: Element) -> str:
    """The document, with how many cases there are of each kind."""
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'
