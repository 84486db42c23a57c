"""A mistake in a suite is told with file and line, what was given and what is allowed."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from bench.errors import SuiteError
from bench.suite.load import load_suite
from bench.suite.schema import suite_schema

SUITES = sorted((Path(__file__).parents[3] / "suites").glob("**/*.yaml"))
HEAD = "name: trial\ncases:\n  - {model: tiny, dataset: points}\n"
TOP = "allowed: cases, course, description, features, gates, measure, metrics, name"

# The suite, the line of the mistake, and the message after it. What follows HEAD begins in line 4.
MISTAKES = [
    ("name: trial\n", 1, "'cases' is missing"),
    ("cases:\n  - {model: tiny, dataset: points}\n", 1, "'name' is missing"),
    ("name: trial\ncases: []\n", 2, "cases: should not be empty"),
    ("name: trial\ncases:\n", 2, "cases: should be a list, but nothing stands there"),
    ("name: trial\ncases: {model: tiny}\n", 2, 'cases: should be a list, not `{"model": "tiny"}`'),
    ("name: trial\ncases: [tiny]\n", 2, 'cases.0: should be a mapping (`key: value`), not `"tiny"`'),
    ("name: trial\ncases:\n  - {model: tiny}\n", 3, "'cases.0.dataset' is missing"),
    ("name: trial\ncases:\n  - {model: tiny, dataset: points}\n  - {model: tiny}\n", 4, "'cases.1.dataset' is missing"),
    ("name: trial\ncases:\n  - dataset: points\n    model: []\n", 4, "cases.0.model: should not be empty"),
    ("name: trial\ncases:\n  - dataset: points\n    model: 3\n", 4, "cases.0.model: should be text, not `3` (put it"),
    (
        "name: trial\ncases:\n  - dataset: points\n    model:\n      - tiny\n      - [a]\n",
        6,
        'cases.0.model.1: should be text, not `["a"]`',
    ),
    ("name: my trial\ncases: [{model: a, dataset: b}]\n", 1, "name: should have only letters, digits, `.`"),
    ("name: no\ncases: [{model: a, dataset: b}]\n", 1, "name: should be text, not `false` (put it in quotes)"),
    (HEAD + "seed: [1]\n", 4, f"unknown key 'seed' (did you mean 'seeds'? {TOP}"),
    (HEAD + "seeds: 3\n", 4, "seeds: should be a list, not `3`"),
    (HEAD + "seeds: []\n", 4, "seeds: should not be empty"),
    (HEAD + "seeds: [-1]\n", 4, "seeds.0: should be greater than or equal to 0, not `-1`"),
    (HEAD + "seeds: [4294967296]\n", 4, "seeds.0: should be less than 4294967296"),
    (HEAD + "seeds: [1.5]\n", 4, "seeds.0: should be a whole number, not `1.5`"),
    (HEAD + "seeds:\n  - 1\n  - one\n", 6, 'seeds.1: should be a whole number, not `"one"`'),
    (HEAD + "seeds: [1, 2, 1]\n", 4, "seeds: 1 stands there twice"),
    (HEAD + "train: fast\n", 4, 'train: should be a mapping (`key: value`), not `"fast"`'),
    (HEAD + "train:\n", 4, "train: should be a mapping (`key: value`), but nothing stands there"),
    (HEAD + "train:\n  epochs: 3\n", 5, "unknown key 'epochs' (did you mean 'max_epochs'? allowed: accelerator,"),
    (HEAD + "train:\n  batch_size: 0\n", 5, "train.batch_size: should be greater than 0, not `0`"),
    (HEAD + "train: {precision: fp16}\n", 4, "train.precision: should be '32-true', '16-mixed', 'bf16-mixed'"),
    (HEAD + "train: {devices: all}\n", 4, "train.devices: should be a whole number or should be 'auto', not `\"all\"`"),
    (HEAD + "train: {deterministic: perhaps}\n", 4, 'train.deterministic: should be true or false, not `"perhaps"`'),
    (HEAD + "measure: {divice: cpu}\n", 4, "unknown key 'divice' (did you mean 'device'? allowed: artifacts,"),
    (HEAD + "measure: {device: gpu}\n", 4, "measure.device: should be 'cpu' or 'cuda', not `\"gpu\"`"),
    (HEAD + "measure: {runtimes: graph}\n", 4, 'measure.runtimes: should be a list, not `"graph"`'),
    (HEAD + "measure: {runtimes: [a, b, a]}\n", 4, "measure.runtimes: 'a' stands there twice"),
    (HEAD + "measure:\n  lengths: [128, 512, 128]\n", 5, "measure.lengths: 128 stands there twice"),
    (HEAD + "measure:\n  batch_sizes: [1, 0]\n", 5, "measure.batch_sizes.1: should be greater than 0, not `0`"),
    (HEAD + "measure: {min_seconds: soon}\n", 4, 'measure.min_seconds: should be a number, not `"soon"`'),
    (HEAD + "seeds: [true]\n", 4, "seeds.0: should be a whole number, not `true`"),
    (HEAD + "train: {max_epochs: true}\n", 4, "train.max_epochs: should be a whole number, not `true`"),
    (HEAD + "train: {batch_size: '64'}\n", 4, 'train.batch_size: should be a whole number, not `"64"`'),
    (HEAD + "train: {deterministic: 1}\n", 4, "train.deterministic: should be true or false, not `1`"),
    (HEAD + "train: {batch_size: 1000001}\n", 4, "train.batch_size: should be less than or equal to 1000000"),
    (HEAD + "measure: {min_seconds: 'inf'}\n", 4, 'measure.min_seconds: should be a number, not `"inf"`'),
    (HEAD + "measure: {processes: 100000000}\n", 4, "measure.processes: should be less than or equal to 1000"),
    (HEAD + "measure: {min_samples: 1e14}\n", 4, "measure.min_samples: should be"),
    (HEAD + "measure: {min_samples: 100000000}\n", 4, "measure.min_samples: should be less than or equal to"),
    (HEAD + "gates:\n  accuracy: {min: 'nan'}\n", 5, 'gates.accuracy.min: should be a number, not `"nan"`'),
    (HEAD + "gates:\n  accuracy: {min: 2, max: 1}\n", 5, "gates.accuracy: nothing can pass: min, 2, is above max, 1"),
    (HEAD + "metrics: [accuracy, accuracy]\n", 4, "metrics: 'accuracy' stands there twice"),
    (HEAD + "metrics: accuracy\n", 4, 'metrics: should be a list, not `"accuracy"`'),
    (HEAD + "gates:\n  accuracy: 0.9\n", 5, "gates.accuracy: should be a mapping (`key: value`), not `0.9`"),
    (HEAD + "gates:\n  accuracy: {}\n", 5, "gates.accuracy: a gate needs max, min or max_regression"),
    *(
        (
            HEAD + f"gates:\n  loss: {{max_regression: {text}}}\n",
            5,
            f"gates.loss.max_regression: {given} is no share in per cent, such as 5%",
        )
        for text, given in (
            *(("5", "'5'"), ("0.05", "'0.05'"), ("'5'", "'5'"), ("five%", "'five%'"), ("-5%", "'-5%'")),
            *(("5%%", "'5%%'"), ("true", "'True'"), ("1e2%", "'1e2%'")),
        )
    ),
    (
        HEAD + "gates:\n  accuracy:\n    maximum: 1\n",
        6,
        "unknown key 'maximum' (did you mean 'max'? allowed: length, max,",
    ),
    (
        "name: trial\ncases:\n  - model: tiny\n    dataset: points\n    matrix: {width: 3}\n",
        5,
        "cases.0.matrix.width: should be a list, not `3`",
    ),
    (
        "name: trial\ncases:\n  - model: tiny\n    dataset: points\n    matrix: {width: []}\n",
        5,
        "cases.0.matrix.width: should not be empty",
    ),
    (
        "name: trial\ncases:\n  - model: tiny\n    dataset: points\n    parms: {width: 3}\n",
        5,
        "unknown key 'parms' (did you mean 'params'? allowed: against, data, dataset, gates, matrix, model, name",
    ),
    (
        "name: trial\ncases:\n  - {model: a, dataset: b, params: {w: 1}, matrix: {w: [1]}}\n",
        3,
        "cases.0: 'w' stands under params and under matrix",
    ),
]


@pytest.mark.parametrize(("text", "line", "says"), MISTAKES)
def test_a_mistake_is_told_with_its_line(suite_file, text, line, says):
    path = suite_file(text)
    with pytest.raises(SuiteError) as caught:
        load_suite(path)
    assert str(caught.value).startswith(f"{path}:{line}: {says}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "share"), [("5%", 0.05), ("0.5 %", 0.005), ("0%", 0.0), ("250%", 2.5)])
def test_a_gate_says_how_much_worse_a_figure_may_become(suite_file, text, share):
    suite, _ = load_suite(suite_file(HEAD + f"gates:\n  loss: {{max_regression: {text}}}\n"))
    gate = suite.gates["loss"]
    assert (gate.max_regression, gate.tolerated, gate.is_absolute) == (text, pytest.approx(share), False)


def test_all_mistakes_are_told_at_once(suite_file):
    path = suite_file(HEAD + "seed: [1]\nmeasure: {device: gpu, threads: 0}\n")
    with pytest.raises(SuiteError) as caught:
        load_suite(path)
    lines = sorted(str(caught.value).splitlines())
    assert [line.removeprefix(f"{path}:").split(",")[0].split("(")[0].strip() for line in lines] == [
        "4: unknown key 'seed'",
        "5: measure.device: should be 'cpu' or 'cuda'",
        "5: measure.threads: should be greater than 0",
    ]


def test_a_long_value_is_shortened(suite_file):
    with pytest.raises(SuiteError) as caught:
        load_suite(suite_file(HEAD + f"seeds: {'x' * 500}\n"))
    assert len(str(caught.value)) < 250


def test_a_mistake_in_an_override_is_told_as_it_was_given(suite_file):
    with pytest.raises(SuiteError) as caught:
        load_suite(suite_file(HEAD), ("seeds.0=1",))
    assert str(caught.value) == '--set seeds.0=1: seeds: should be a list, not `{"0": 1}`'


def test_what_is_left_out_has_a_default(suite_file):
    suite, _ = load_suite(suite_file(HEAD))
    assert suite.seeds == [0]
    assert [spec.name for spec in suite.measure.runtimes] == ["onnxruntime"]
    assert suite.metrics is None


def test_one_name_is_a_list_of_one(suite_file):
    suite, _ = load_suite(suite_file(HEAD))
    assert (suite.cases[0].model, suite.cases[0].dataset) == (["tiny"], ["points"])


def test_a_whole_number_is_a_number(suite_file):
    suite, _ = load_suite(suite_file(HEAD + "measure: {min_seconds: 2}\ngates: {accuracy: {min: 1}}\n"))
    assert (suite.measure.min_seconds, suite.gates["accuracy"].min) == (2.0, 1.0)


def test_an_override_is_part_of_the_suite(suite_file):
    suite, _ = load_suite(suite_file(HEAD), ("train.max_epochs=3", "seeds=[4, 5]", "cases.0.model=small"))
    assert (suite.train.max_epochs, suite.seeds, suite.cases[0].model) == (3, [4, 5], ["small"])


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(suite_schema())


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.name)
def test_the_suites_of_the_repository_are_valid_here_and_in_editors(path):
    load_suite(path)
    jsonschema.validate(yaml.safe_load(path.read_text()), suite_schema(), jsonschema.Draft202012Validator)


# What a schema cannot say.
BEYOND_SCHEMA = ("twice", "a gate needs", "nothing can pass", "stands under params")


SEEN_BY_EDITORS = [text for text, _, says in MISTAKES if not any(part in says for part in BEYOND_SCHEMA)]


@pytest.mark.parametrize("text", SEEN_BY_EDITORS)
def test_an_editor_finds_the_mistake_too(text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), suite_schema(), jsonschema.Draft202012Validator)
