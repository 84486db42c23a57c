"""YAML is read as PyYAML reads it, and every part of it knows the line that it was written in."""

import copy
import json
import re

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.errors import SuiteError
from bench.suite.source import read_source

# PyYAML writes the text 1e3 without quotes, which is a number here.
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8).filter(
    lambda text: not re.fullmatch(r"[-+.\d]+[eE][-+]?\d+", text)
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | printable
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(printable, inner), max_leaves=8)
keys = st.text("abcdefgh", min_size=1, max_size=3)
trees = st.recursive(
    st.integers(), lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3) | st.lists(inner), max_leaves=10
)
suites = st.dictionaries(keys, trees, min_size=1, max_size=4)


def written(tree: object, line: int, indent: int, blank: list[int]) -> tuple[list[str], dict[tuple, int]]:
    """A tree as YAML in block style, and the line of each location; `blank` says how many comments go in between."""
    lines, places = [], {}
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs:
        lines += ["  # a comment"] * (blank.pop() if blank else 0)
        places[(key,)] = line + len(lines)
        start = " " * indent + (f"{key}:" if isinstance(tree, dict) else "-")
        if not isinstance(value, dict | list) or not value:
            lines.append(f"{start} {json.dumps(value)}")
            inner = {}
        else:
            lines.append(start)
            below, inner = written(value, line + len(lines), indent + 2, blank)
            if isinstance(tree, list):  # an item begins where its content does
                places[(key,)] = line + len(lines) + next(n for n, text in enumerate(below) if "#" not in text)
            lines += below
        places |= {(key, *rest): found for rest, found in inner.items()}
    return lines, places


@given(st.dictionaries(printable, values))
def test_data_is_what_pyyaml_wrote(suite_file, data):
    assert read_source(suite_file(yaml.safe_dump(data))).data == data


@given(suites, st.lists(st.integers(0, 2)))
def test_every_key_and_item_knows_its_line(suite_file, data, blank):
    lines, expected = written(data, 1, 0, blank)
    path = suite_file("\n".join(lines))
    source = read_source(path)
    assert source.data == data
    assert {location: source.place(location) for location in expected} == {
        location: f"{path}:{line}" for location, line in expected.items()
    }


def test_what_is_not_written_is_at_the_place_of_what_encloses_it(suite_file):
    path = suite_file("name: t\ncases:\n  - model: tiny\n")
    assert read_source(path).place(("cases", 0, "dataset")) == f"{path}:3"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("-2E5", -2e5),
        (".5e1", 5.0),
        ("2024-05-01", "2024-05-01"),
        ("2024-99-99", "2024-99-99"),
        ("'3'", "3"),
        ("~", None),
        ("3x8", "3x8"),
    ],
)
def test_values_are_what_everyone_expects(suite_file, text, value):
    found = read_source(suite_file(f"a: {text}")).data["a"]
    assert (found, type(found)) == (value, type(value))


def test_aliases_and_merged_keys_work(suite_file):
    source = read_source(suite_file("a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  y: 3\nc: *base\n"))
    assert source.data == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ": the suite is empty (it needs at least `name` and `cases`)"),
        ("# nothing\n", ": the suite is empty"),
        ("- a\n- b\n", ": the suite is no mapping"),
        ("just words\n", ": the suite is no mapping"),
        ("name: [a\ncases: 3\n", ":2: invalid YAML: expected ',' or ']'"),
        ("name: t\n\tcases: 3\n", ":2: invalid YAML: found character '\\t'"),
        ("a: 1\nb: *nothing\n", ":2: invalid YAML: found undefined alias 'nothing'"),
        ("a: 1\n---\nb: 2\n", ":2: invalid YAML: but found another document"),
        ("a: 1\nb: \x07\n", ":2: invalid YAML: a character '\\x07' is not allowed"),
        ("a: 1\nb: 2\na: 3\n", ":3: the key 'a' is written twice"),
        ("a:\n  b: 1\n  b: 2\n", ":3: the key 'b' is written twice"),
        ("a:\n  - {b: 1, b: 2}\n", ":2: the key 'b' is written twice"),
        ("a: 1\n3: 2\n", ":2: the key 3 is no text (put it in quotes)"),
        ("a: 1\non: 2\n", ":2: the key on is no text (put it in quotes)"),
        ("a: 1\n? [b]\n: 2\n", ":2: this key is no text"),
        ("a: 1\nb: &loop [*loop]\n", ":2: what this anchor names contains itself"),
        ("a: 1\nb: .inf\n", ":2: invalid YAML: .inf is no finite number"),
        ("a: 1\nb: 1e999\n", ":2: invalid YAML: 1e999 is no finite number"),
        ("a: 1\nb: !!set {x}\n", ":2: invalid YAML: the tag !!set is not allowed"),
        ("a: 1\nb: !!python/object:os.system x\n", ":2: invalid YAML: the tag !!python/object:os.system is"),
        ("a: 1\nb: !!int x\n", ": invalid YAML: invalid literal for int() with base 10: 'x'"),
    ],
)
def test_what_is_no_suite_is_told_with_its_line(suite_file, text, says):
    path = suite_file(text)
    with pytest.raises(SuiteError) as caught:
        read_source(path)
    assert str(caught.value).startswith(f"{path}{says}")


def bomb(levels: int, merged: bool) -> str:
    """Aliases of aliases: ten lines that stand for billions of parts."""
    lines = ["a0: &a0 {x: 1}" if merged else "a0: &a0 [1, 1]"]
    for n in range(1, levels):
        inner = ", ".join([f"*a{n - 1}"] * 10)
        lines.append(f"a{n}: &a{n} " + (f"{{<<: [{inner}]}}" if merged else f"[{inner}]"))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("merged", [False, True])
def test_aliases_of_aliases_are_refused_before_they_fill_the_memory(suite_file, merged):
    path = suite_file(bomb(10, merged))
    with pytest.raises(
        SuiteError, match=r"yaml:\d+: with its aliases written out, the suite has more than 100,000 parts"
    ):
        read_source(path)


@pytest.mark.parametrize("nested", ["[" * 3000, "{x: " * 3000, "[" * 3000 + "]" * 3000])
def test_what_is_nested_without_end_is_refused_with_its_line(suite_file, nested):
    path = suite_file(f"a: 1\nb: {nested}")
    with pytest.raises(SuiteError) as caught:
        read_source(path)
    assert str(caught.value).startswith(f"{path}:2: invalid YAML: this is nested more than 100 deep")


def test_what_aliases_nest_without_end_is_refused(suite_file):
    deep = [f"a{n}: &a{n} {'[' * 60}{f'*a{n - 1}' if n else ''}{']' * 60}" for n in range(40)]
    with pytest.raises(SuiteError, match=r"yaml:\d+: this is nested more than 100 deep"):
        read_source(suite_file("\n".join(deep)))


def test_what_an_override_nests_without_end_is_refused(suite_file):
    with pytest.raises(SuiteError, match="the value is invalid YAML: this is nested more than 100 deep"):
        read_source(suite_file("a: 1\n"), ("a=" + "[" * 3000,))


@pytest.mark.parametrize("line", ['b: "\\ud800"', '"\\udfff": 2', 'b: ["x\\ud83d\\ude00"]'])
def test_half_a_character_is_refused_with_its_line(suite_file, line):
    path = suite_file(f"a: 1\n{line}\n")
    with pytest.raises(SuiteError) as caught:
        read_source(path)
    assert str(caught.value).startswith(f"{path}:2: \\ud")
    assert "is no character that a file can hold" in str(caught.value)


def test_no_such_file_names_the_suites_there(tmp_path):
    (tmp_path / "right.yaml").write_text("")
    (tmp_path / "other.yml").write_text("")
    with pytest.raises(SuiteError) as caught:
        read_source(tmp_path / "wrong.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/wrong.yaml: No such file or directory (suites there: {tmp_path}/other.yml, {tmp_path}/right.yaml)"
    )


def test_a_folder_is_no_suite_and_its_suites_are_named(tmp_path):
    (tmp_path / "right.yaml").write_text("")
    with pytest.raises(SuiteError, match=r"Is a directory \(suites there: .*right\.yaml\)"):
        read_source(tmp_path)


def test_no_such_folder_names_no_suites(tmp_path):
    with pytest.raises(SuiteError, match=r"No such file or directory$"):
        read_source(tmp_path / "nowhere" / "suite.yaml")


def test_bytes_that_are_no_text_are_told(tmp_path):
    (tmp_path / "s.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(SuiteError, match="not UTF-8 text"):
        read_source(tmp_path / "s.yaml")


@given(suites, values, st.data())
def test_an_override_sets_its_key_and_nothing_else(suite_file, data, value, draw):
    location, target = [], data
    while isinstance(target, dict | list) and target and (not location or draw.draw(st.booleans())):
        location.append(draw.draw(st.sampled_from(list(target) if isinstance(target, dict) else range(len(target)))))
        target = target[location[-1]]
    expected = copy.deepcopy(data)
    parent = expected
    for part in location[:-1]:
        parent = parent[part]
    parent[location[-1]] = value
    option = f"{'.'.join(map(str, location))}={json.dumps(value)}"
    path = suite_file(yaml.safe_dump(data))
    source = read_source(path, (option,))
    assert source.data == expected
    assert source.place(tuple(location)) == f"--set {option}"
    for where, place in read_source(path).places.items():
        assert where[: len(location)] == (*location,) or source.places[where] == place


@given(st.lists(keys, min_size=1, max_size=4), st.integers())
def test_an_override_makes_the_mappings_that_it_needs(suite_file, parts, value):
    assume(parts[0] != "a")
    found = read_source(suite_file("a: 1\n"), (f"{'.'.join(parts)}={value}",)).data
    for part in parts:
        found = found[part]
    assert found == value


def test_an_override_fills_a_key_without_a_value(suite_file):
    assert read_source(suite_file("train:\n"), ("train.max_epochs=3",)).data == {"train": {"max_epochs": 3}}


def test_of_two_overrides_the_later_wins(suite_file):
    assert read_source(suite_file("a: 1\n"), ("a=2", "a=3")).data == {"a": 3}


def test_what_an_override_replaced_is_no_longer_in_the_file(suite_file):
    source = read_source(suite_file("a:\n  - b: 1\n"), ("a=[{c: 2}]",))
    assert source.place(("a", 0, "b")) == "--set a=[{c: 2}]"


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("train", "this is no key=value (for example --set train.max_epochs=3)"),
        ("=3", "this is no key=value"),
        ("a..b=3", "this is no key=value"),
        ("seeds=[1", "the value is invalid YAML: expected ',' or ']'"),
        ("a={b: 1, b: 2}", "the key 'b' is written twice"),
        ("a=&x [*x]", "what this anchor names contains itself"),
        ("a=.nan", "the value is invalid YAML: .nan is no finite number"),
        ("cases.7.model=x", "there is no cases.7 in {path} (the last is cases.1)"),
        ("cases.-1=x", "there is no cases.-1 in {path} (the last is cases.1)"),
        ("cases.²=x", "there is no cases.² in {path}"),
        ("cases.first=x", "there is no cases.first in {path}"),
        ("name.x=3", "there is no name.x in {path}"),
        ("name.x.y=3", "there is no name.x in {path}"),
    ],
)
def test_a_bad_override_is_told_as_it_was_given(suite_file, override, says):
    path = suite_file("name: t\ncases:\n  - {model: a}\n  - {model: b}\n")
    with pytest.raises(SuiteError) as caught:
        read_source(path, (override,))
    assert str(caught.value).startswith(f"--set {override}: {says.format(path=path)}")
