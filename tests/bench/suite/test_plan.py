"""A suite becomes the cases that it asks for, and every name in it is looked up."""

import itertools
import re
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import SuiteError
from bench.suite.load import load_suite
from bench.suite.plan import Plan, make_plan, nothing_chosen
from bench.suite.schema import Suite
from bench.suite.source import Source


@pytest.fixture
def plan(suite_file, catalog):
    """The plan of `name: trial` with these cases, one line each, and what follows them."""

    def make(*cases: str, more: str = "", only: tuple[str, ...] = ()) -> Plan:
        text = "name: trial\nmeasure: {runtimes: [graph]}\ncases:\n" + "".join(f"  - {case}\n" for case in cases) + more
        return make_plan(*load_suite(suite_file(text)), catalog, only)

    return make


def identifiers(plan: Plan) -> list[str]:
    return [case.id for case in plan.cases]


def test_models_datasets_and_seeds_are_crossed(plan):
    found = plan("{model: [tiny, small], dataset: [points, pictures]}", more="seeds: [0, 7]\n")
    expected = itertools.product(("tiny", "small"), ("points", "pictures"), (0, 7))
    assert identifiers(found) == [f"{model}@{dataset}#{seed}" for model, dataset, seed in expected]


def test_a_matrix_is_crossed_and_names_its_values(plan):
    found = plan("{model: tiny, dataset: points, params: {act: relu}, matrix: {width: [1, 2], deep: [true]}}")
    assert identifiers(found) == [f"tiny[act=relu,width={width},deep=true]@points#0" for width in (1, 2)]
    assert [case.params for case in found.cases] == [{"act": "relu", "width": w, "deep": True} for w in (1, 2)]


def test_parameters_of_the_dataset_are_part_of_the_identifier(plan):
    (case,) = plan("{model: tiny, dataset: points, data: {size: [2, 3]}}").cases
    assert (case.id, case.data_params) == ("tiny@points[size=2x3]#0", {"size": [2, 3]})


def test_a_name_stands_for_the_model_and_its_fixed_parameters(plan):
    found = plan("{name: wide, model: tiny, dataset: points, params: {w: 9}, matrix: {d: [1, 2]}, data: {size: 3}}")
    assert identifiers(found) == ["wide[d=1]@points#0", "wide[d=2]@points#0"]


def test_cases_that_differ_in_their_seed_are_a_group(plan):
    found = plan("{model: tiny, dataset: points}", more="seeds: [1, 2]\n")
    assert [case.group for case in found.cases] == ["tiny@points"] * 2


def test_a_cases_train_overrides_the_suites_key_by_key(plan):
    (case,) = plan("{model: tiny, dataset: points, train: {batch_size: 8}}", more="train: {max_epochs: 3}\n").cases
    assert (case.train.max_epochs, case.train.batch_size) == (3, 8)


@pytest.mark.parametrize(("train", "epochs"), [("{}", 10), ("{max_steps: 5}", None), ("{max_epochs: 2}", 2)])
def test_training_ends_after_ten_epochs_unless_something_bounds_it(plan, train, epochs):
    (case,) = plan(f"{{model: tiny, dataset: points, train: {train}}}").cases
    assert case.train.max_epochs == epochs


def test_a_cases_gates_come_on_top_of_the_suites(plan):
    more = "gates: {accuracy: {min: 0.5}, loss: {max: 2}}\n"
    (case,) = plan("{model: tiny, dataset: points, gates: {loss: {max: 1}}}", more=more).cases
    assert (case.gates["accuracy"].min, case.gates["loss"].max) == (0.5, 1)


def test_how_much_worse_figures_may_become_is_known_by_their_names_and_lengths(suite_file, catalog):
    text = """
        name: trial
        cases:
          - {model: tiny, dataset: points, gates: {loss: {max_regression: 0.5 %}}}
          - {model: small, dataset: points, gates: {latency-p50: {max_regression: 1%, length: 64}}}
        measure: {runtimes: [graph], lengths: [64], scenarios: [single-stream, server]}
        gates:
          accuracy: {min: 0.9, max_regression: 2%}
          loss: {max: 1}
          bytes: {max_regression: 0%}
          highest-rate: {max_regression: 10%}
    """
    tiny, small = make_plan(*load_suite(suite_file(textwrap.dedent(text))), catalog).cases
    common = {"accuracy": 0.02, "bytes": 0.0, "highest-rate": 0.1}
    assert tiny.tolerated == pytest.approx({**common, "loss": 0.005})
    assert small.tolerated == pytest.approx({**common, "latency-p50 length=64": 0.01})


@pytest.mark.parametrize(
    ("gate", "where", "says"),
    [
        ("bytes: {max: 1000}", 5, "the gate 'bytes' takes no min and no max: it is judged where runs are compared (it"),
        ("memory: {min: 1, max_regression: 5%}", 5, "the gate 'memory' takes no min and no max"),
        ("highest-rate: {max: 5}", 5, "the gate 'highest-rate' takes no min and no max"),
        (
            "latency-ratio: {max_regression: 5%}",
            5,
            "the gate 'latency-ratio' takes no max_regression: it holds cases of",
        ),
        ("quality-ratio: {max: 1, max_regression: 5%}", 5, "the gate 'quality-ratio' takes no max_regression"),
        ("highest-rate: {max_regression: 5%}", 5, "nothing to hold the gate 'highest-rate' against in single-stream"),
        ("memory: {max_regression: 5%, length: 8}", 5, "the gate 'memory' takes no length"),
        ("membory: {max_regression: 5%}", 5, "unknown gate 'membory' (did you mean 'memory'?"),
    ],
)
def test_a_gate_that_cannot_be_judged_is_told(plan, tmp_path, gate, where, says):
    rival = "{model: small, dataset: points, against: tiny}"
    with pytest.raises(SuiteError) as caught:
        plan("{model: tiny, dataset: points}", rival, more=f"gates: {{{gate}}}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'suite.yaml'}:{where + 1}: {says}")


def test_all_metrics_apply_unless_some_are_named(plan):
    assert [info.name for info in plan("{model: tiny, dataset: points}").metrics] == ["accuracy", "loss", "confusion"]
    assert [info.name for info in plan("{model: tiny, dataset: points}", more="metrics: [loss]\n").metrics] == ["loss"]


NETS = ("{model: tiny, dataset: points, params: {deep: true}}", "{name: net, model: small, dataset: pictures}")


@pytest.mark.parametrize(("name", "expected"), [("tiny", "tiny[deep=true]@points#3"), ("net", "net@pictures#3")])
def test_features_come_from_the_first_seed_of_the_case_that_is_called_so(plan, name, expected):
    found = plan(*NETS, more=f"seeds: [3, 1]\nfeatures: {name}\n")
    assert found.features.id == expected
    assert found.features in found.cases


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (("tiny", "#1"), ["tiny[deep=true]@points#0", "tiny[deep=true]@points#1", "net@pictures#0", "net@pictures#1"]),
        (("tiny*#1",), ["tiny[deep=true]@points#1", "net@pictures#0"]),
        (("net*#0",), ["net@pictures#0"]),
        (("none",), []),
    ],
)
def test_the_case_that_gives_features_is_kept_with_those_that_are_chosen(plan, only, expected):
    assert identifiers(plan(*NETS, more="seeds: [0, 1]\nfeatures: net\n", only=only)) == expected


def test_metrics_are_followed_where_a_training_keeps_snapshots(plan):
    one = "{model: tiny, dataset: points, train: {snapshots: 3}}"
    found = plan(one, "{model: small, dataset: points}", more="course: [{metric: loss, name: mine}]\n")
    assert [use.name for use in found.course] == ["mine"]
    assert [case.train.snapshots for case in found.cases] == [3, 0]


def test_without_features_no_case_gives_any(plan):
    assert plan(*NETS).features is None


CASE = "{model: tiny, dataset: points}"


@pytest.mark.parametrize(
    ("cases", "more", "line", "says"),
    [
        (["{model: tini, dataset: points}"], "", 4, "unknown model 'tini' (did you mean 'tiny'? allowed: deep-net,"),
        ([CASE, "{model: tiny, dataset: point}"], "", 5, "unknown dataset 'point' (did you mean 'points'? allowed:"),
        (["{model: [tiny,\n     smal], dataset: points}"], "", 5, "unknown model 'smal' (did you mean 'small'?"),
        ([CASE], "metrics:\n  - loss\n  - acuracy\n", 7, "unknown metric 'acuracy' (did you mean 'accuracy'? allowed:"),
        ([CASE], "gates:\n  acuracy: {min: 1}\n", 6, "unknown gate 'acuracy' (did you mean 'accuracy'? allowed:"),
        ([CASE], "gates:\n  latency-p999: {max: 1}\n", 6, "unknown gate 'latency-p999' (did you mean 'latency-p99'?"),
        ([CASE], "gates:\n  confusion: {max: 1}\n", 6, "unknown gate 'confusion' (allowed: accuracy, bytes,"),
        (
            [CASE],
            "metrics: [loss]\ngates:\n  accuracy: {min: 1}\n",
            7,
            "unknown gate 'accuracy' (allowed: bytes, highest-rate",
        ),
        (["{model: tiny, dataset: points, gates: {los: {max: 1}}}"], "", 4, "unknown gate 'los' (did you mean 'loss'?"),
        ([CASE, "{model: tiny, dataset: points, train: {epochs: 3}}"], "", 5, "unknown key 'epochs' (did you mean"),
        (["{model: tiny, dataset: points, train: {max_steps: x}}"], "", 4, "max_steps: should be a whole number, not"),
        (
            [CASE],
            "train: {snapshots: 2}\ncourse:\n  - loss\n  - los\n",
            8,
            "unknown metric 'los' (did you mean 'loss'?",
        ),
        (
            [CASE],
            "train: {snapshots: 2}\ncourse:\n  - confusion\n",
            7,
            "'confusion' is a picture, and only figures have a course",
        ),
        ([CASE], "course: [loss]\n", 5, "no training keeps a snapshot to follow metrics by (set `train.snapshots`)"),
        ([CASE], "features: tyni\n", 5, "no case is called 'tyni' (did you mean 'tiny'? allowed: tiny)"),
        (["{name: a, model: tiny, dataset: points}"], "features: tiny\n", 5, "no case is called 'tiny' (allowed: a)"),
        (
            [CASE, "{model: tiny, dataset: points, params: {x: 1}}"],
            "features: tiny\n",
            6,
            "several cases are called 'tiny': tiny@points, tiny[x=1]@points (give the one that is meant a `name`",
        ),
        ([CASE, CASE], "", 5, "duplicate case tiny@points#0 (it is asked for at {path}:4 already; a `name`"),
        (["{model: [tiny, tiny], dataset: points}"], "", 4, "duplicate case tiny@points#0 (one entry asks for it"),
        (["{name: n, model: [tiny, small], dataset: points}"], "", 4, "duplicate case n@points#0 (one entry asks for"),
        (
            [CASE, "{name: other, model: tiny, dataset: points}"],
            "",
            5,
            "duplicate case other@points#0 (it differs from tiny@points#0 at {path}:4 in nothing but its name)",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(plan, tmp_path, cases, more, line, says):
    path = tmp_path / "suite.yaml"
    with pytest.raises(SuiteError) as caught:
        plan(*cases, more=more)
    assert str(caught.value).startswith(f"{path}:{line}: {says.format(path=path)}")


def test_a_precision_that_no_runtime_is_used_at_is_told_with_its_line(suite_file, catalog):
    text = "name: x\ncases:\n  - {model: tiny, dataset: points}\nmeasure:\n  precisions:\n    - fp32\n    - fp16\n"
    path = suite_file(text + "  runtimes: [{runtime: graph, precisions: [fp32]}]\n")
    with pytest.raises(SuiteError, match=r":7: no runtime is used at 'fp16' \(add it to a runtime's"):
        make_plan(*load_suite(path), catalog)


def test_an_unknown_runtime_is_told_with_its_line(suite_file, catalog):
    path = suite_file(f"name: trial\ncases:\n  - {CASE}\nmeasure:\n  runtimes:\n    - graph\n    - eagre\n")
    with pytest.raises(SuiteError) as caught:
        make_plan(*load_suite(path), catalog)
    assert (
        str(caught.value) == f"{path}:7: unknown runtime 'eagre' (did you mean 'eager'? allowed: absent, eager, graph)"
    )


def test_a_runtime_whose_package_is_missing_is_told_with_its_line_and_how_to_get_it(suite_file, catalog):
    path = suite_file(f"name: trial\ncases:\n  - {CASE}\nmeasure:\n  runtimes:\n    - graph\n    - runtime: absent\n")
    with pytest.raises(SuiteError) as caught:
        make_plan(*load_suite(path), catalog)
    told = "runtime 'absent' needs not_installed, which is not installed (pip install 'sample[absent]')"
    assert str(caught.value) == f"{path}:7: {told}"


@pytest.mark.parametrize(
    ("only", "seeds_of"),
    [
        (("tiny*",), {"tiny": [0, 1]}),
        (("#1",), {"tiny": [1], "small": [1]}),
        (("tiny@points#0", "small*1"), {"tiny": [0], "small": [1]}),
        (("mall",), {"small": [0, 1]}),
        (("none",), {}),
    ],
)
def test_only_keeps_what_a_pattern_matches_or_is_part_of(plan, only, seeds_of):
    found = plan("{model: [tiny, small], dataset: points}", more="seeds: [0, 1]\n", only=only)
    assert identifiers(found) == [f"{model}@points#{seed}" for model, seeds in seeds_of.items() for seed in seeds]


def test_a_pattern_that_matches_nothing_leaves_nothing_to_do(plan):
    error = nothing_chosen(plan(CASE, only=("none",)), ("none",))
    assert "--only none matches no case of" in str(error)
    assert error.exit_code == 4


def test_a_mistake_is_found_in_cases_that_are_not_chosen(plan):
    with pytest.raises(SuiteError, match="unknown model"):
        plan(CASE, "{model: nothing, dataset: points}", only=("tiny",))


def planned(catalog, values: list[str]) -> Plan:
    entry = {"model": "tiny", "dataset": "points", "matrix": {"value": values}}
    suite = Suite.model_validate({"name": "t", "cases": [entry], "measure": {"runtimes": ["graph"]}})
    return make_plan(suite, Source("suite.yaml", {}), catalog)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6, unique=True))
def test_folders_are_unique_and_need_no_escaping_in_a_url(catalog, values):
    folders = [case.folder for case in planned(catalog, values).cases]
    assert len({folder.casefold() for folder in folders}) == len(values)
    assert all(quote(folder, safe="@=+") == folder for folder in folders)
    assert all(len(folder) < 140 for folder in folders)


def test_folders_are_unique_where_upper_and_lower_case_are_the_same(catalog):
    folders = [case.folder for case in planned(catalog, ["a", "A"]).cases]
    assert folders == ["tiny-value=a-@points-0", "tiny-value=A-@points-0-2"]


def test_a_folder_resembles_the_identifier(plan):
    (case,) = plan("{model: deep-net, dataset: points, params: {width: 3}}").cases
    assert case.folder == "deep-net-width=3-@points-0"
    assert re.sub(r"\W", "", case.folder) == re.sub(r"\W", "", case.id)


def test_the_folder_of_a_case_does_not_depend_on_what_else_is_chosen(plan):
    cases = [f"{{model: tiny, dataset: points, params: {{name: {name!r}}}}}" for name in ("a b", "a/b")]
    everything = {case.id: case.folder for case in plan(*cases).cases}
    (alone,) = plan(*cases, only=("a/b",)).cases
    assert everything[alone.id] == alone.folder


@pytest.mark.parametrize(
    ("measure", "line", "says"),
    [
        ("{runtimes: [graph],\n  threads: 1000}", 5, "1000 threads on "),
        ("{runtimes: [graph],\n  cores: [0], threads: 2}", 5, "1 cores for 2 threads"),
        ("{runtimes: [graph],\n  cores: [4000]}", 5, "there is no core 4000 here"),
        (
            "{runtimes: [graph], loadgen: true, scenarios: [server],\n  processes: 1}",
            5,
            "LoadGen measures a server and offline as bench's first process has found them, and there is but one",
        ),
        (
            "{runtimes: [graph], scenarios: [server]}\ngates:\n  latency-p90: {max: 1}",
            6,
            "nothing to hold the gate 'latency-p90' against in server (measure.scenarios needs single-stream)",
        ),
        (
            "{runtimes: [graph], scenarios: [multi-stream]}\ngates:\n  throughput: {min: 1}",
            6,
            "nothing to hold the gate 'throughput' against in multi-stream",
        ),
    ],
)
def test_a_timing_that_cannot_be_is_told_before_anything_runs(suite_file, catalog, monkeypatch, measure, line, says):
    monkeypatch.setattr("bench.suite.plan.cores", lambda: 2)
    path = suite_file(f"name: trial\ncases:\n  - {CASE}\nmeasure: {measure}\n")
    with pytest.raises(SuiteError) as caught:
        make_plan(*load_suite(path), catalog)
    assert str(caught.value).startswith(f"{path}:{line}: {says}")
