"""Names and what they stand for."""

import pytest

from bench.catalog import KINDS, Catalog, resolve
from bench.errors import BenchError, UnknownName
from bench.manager import load_plugins
from bench.records import ModelInfo

OFFER = """
    import bench

    @bench.hookimpl
    def bench_models():
        yield bench.ModelInfo("shared", "somewhere:Net", task="classification")
        yield bench.ModelInfo("{own}", "somewhere:Net", task="classification")
"""


@pytest.fixture
def clash(install, no_plugins) -> Catalog:
    """Two plugins that both offer `shared`, and one name of their own each."""
    install("first", OFFER.replace("{own}", "one"))
    install("second", OFFER.replace("{own}", "two"))
    return Catalog(load_plugins())


def test_finds_a_name_and_whose_it_is(catalog):
    entry = catalog.find("models", "tiny")
    assert (entry.info.target, entry.plugin) == ("sample.models:tiny", "sample")


def test_names_are_in_the_order_in_which_a_plugin_gives_them(catalog):
    assert list(catalog.entries("models")) == ["tiny", "small", "deep-net"]


@pytest.mark.parametrize(("kind", "name", "near"), [("models", "tini", "tiny"), ("metrics", "acuracy", "accuracy")])
def test_an_unknown_name_is_told_with_the_nearest(catalog, kind, name, near):
    with pytest.raises(UnknownName, match=rf"unknown {kind[:-1]} '{name}' \(did you mean '{near}'\?"):
        catalog.find(kind, name)


def test_a_name_of_another_kind_is_unknown(catalog):
    with pytest.raises(UnknownName):
        catalog.find("models", "points")


def test_search_looks_in_every_kind(catalog):
    ((kind, entry),) = catalog.search("points")
    assert (kind, entry.info.name) == ("datasets", "points")


def test_search_suggests_from_every_kind(catalog):
    with pytest.raises(UnknownName, match="did you mean 'points'"):
        catalog.search("point")


@pytest.mark.parametrize("look", [lambda c: c.find("models", "shared"), lambda c: c.search("shared")])
def test_a_name_that_two_plugins_offer_names_both(clash, look):
    with pytest.raises(BenchError, match=r"model 'shared' is offered by several plugins \(.*first, second\)"):
        look(clash)


def test_a_clash_costs_no_other_name(clash):
    assert set(clash.entries("models")) == {"one", "two"}
    assert not clash.plugins.broken


def test_clashes_are_known_without_looking_one_up(clash):
    assert [error.message for error in clash.clashes] == ["model 'shared' is offered by several plugins"]


def test_one_name_of_two_kinds_is_no_clash(install, no_plugins):
    install(
        "both",
        """
        import bench

        @bench.hookimpl
        def bench_models():
            yield bench.ModelInfo("same", "somewhere:Net", task="classification")

        @bench.hookimpl
        def bench_datasets():
            yield bench.DatasetInfo("same", "somewhere:Points", task="classification")
        """,
    )
    assert [kind for kind, _ in Catalog(load_plugins()).search("same")] == ["models", "datasets"]


METRIC = """
    import bench

    @bench.hookimpl
    def bench_metrics():
        yield bench.MetricInfo(**{"name": "odd", "target": "somewhere:odd", "task": "t", "FIELD": VALUE})

    @bench.hookimpl
    def bench_runtimes():
        yield bench.RuntimeInfo("fine", "somewhere:Fine", NEEDS_TORCH)
"""


def offering(install, field: str, value: str, needs_torch: str = "False") -> Catalog:
    """What there is with a plugin whose metric has a field of this value."""
    code = METRIC.replace("FIELD", field).replace("VALUE", value).replace("NEEDS_TORCH", needs_torch)
    install("odd", code)
    return Catalog(load_plugins())


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("higher_is_better", "'yes'", "is neither True, False nor None"),
        ("form", "'drawing'", "is none of torchmetric, function, picture"),
        ("form", "['picture']", "is none of"),
        ("tolerance", "'0.1'", "is neither None nor a finite number from 0 on"),
        ("tolerance", "-0.1", "nor a finite number"),
        ("tolerance", "float('nan')", "nor a finite number"),
        ("tolerance", "float('inf')", "nor a finite number"),
        ("tolerance", "True", "nor a finite number"),
        ("best", "'1'", "is neither None nor a finite number"),
        ("best", "float('inf')", "nor a finite number"),
        ("scores", "None", "is no text"),
        ("name", "'two words'", "as a suite can name it"),
        ("name", "'-x'", "as a suite can name it"),
        ("name", "''", "as a suite can name it"),
        ("name", "'line' + chr(10)", "as a suite can name it"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused_alone(install, no_plugins, field, value, says):
    catalog = offering(install, field, value)
    assert not catalog.entries("metrics")
    assert catalog.plugins.broken["odd"].startswith(f"bench_metrics: the {field} of MetricInfo(")
    assert says in catalog.plugins.broken["odd"]
    assert set(catalog.entries("runtimes")) == {"fine"}


def test_needs_torch_is_true_or_false(install, no_plugins):
    catalog = offering(install, "unit", "'s'", needs_torch="'no'")
    assert not catalog.entries("runtimes")
    assert "is neither True nor False" in catalog.plugins.broken["odd"]


def test_resolve_imports_the_target():
    assert resolve(ModelInfo("join", "os.path:join", task="")) is __import__("os").path.join


def test_the_built_in_plugins_offer_something_of_each_kind_and_are_not_broken():
    catalog = Catalog(load_plugins())
    assert not catalog.plugins.broken
    assert not catalog.clashes
    assert all(catalog.entries(kind) for kind in KINDS)
