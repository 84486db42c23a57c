"""`bench show`."""

import pytest

PLUGIN = '''
    import bench
    from typing import Literal
    from pydantic import PositiveInt

    @bench.hookimpl
    def bench_models():
        yield bench.ModelInfo("net", f"{__name__}:Net", "classification", "A small net.", source="Somebody (1999)")
        yield bench.ModelInfo("lost", "nowhere.at.all:Net", task="classification")

    @bench.hookimpl
    def bench_datasets():
        yield bench.DatasetInfo("dots", f"{__name__}:Dots", task="classification", summary="Some dots.")

    @bench.hookimpl
    def bench_metrics():
        yield bench.MetricInfo("loss", f"{__name__}:loss", "classification", unit="nats", higher_is_better=False)

    @bench.hookimpl
    def bench_runtimes():
        yield bench.RuntimeInfo("fast", f"{__name__}:Fast", precisions=("fp32", "fp16"), scenarios=("offline",))
        yield bench.RuntimeInfo("away", "nowhere.at.all:Away", requires=("nowhere",), extra="it[away]")

    class Fast:
        """Fast.

        :param level: how fast
        """

        def __init__(self, level: Literal["very", "most"] = "very"): ...

    class Net:
        """Layers, one after the other.

        :param width: units of a layer,
            all of them alike
        """

        def __init__(self, data, depth: int, width: PositiveInt = 3): ...

    class Dots:
        pass

    def loss(data): ...
'''


@pytest.fixture
def show(command, install, no_plugins):
    install("shown", PLUGIN)
    return lambda name: command("show", name)


def test_a_model_is_shown_with_what_it_is_and_whose(show):
    first, *lines = [line.strip() for line in show("net").out.splitlines()]
    assert first == "net: model of the plugin shown"
    assert {"A small net.", "task: classification", "source: Somebody (1999)", "Layers, one after the other."} < {
        *lines
    }


def test_parameters_are_shown_with_type_default_and_meaning(show):
    rows = [line.split() for line in show("net").out.splitlines()[-3:]]
    assert rows == [
        ["name", "type", "default", "meaning"],
        ["depth", "int", "required"],
        ["width", "int", ">", "0", "3", "units", "of", "a", "layer,", "all", "of", "them", "alike"],
    ]


def test_what_takes_no_parameters_says_so(show):
    assert "parameters: none" in show("dots").out


def test_a_metric_is_shown_with_unit_and_direction(show):
    out = show("loss").out
    assert "unit: nats" in out
    assert "higher is better: False" in out
    assert "parameters: none" in out


def test_a_runtime_is_shown_with_what_it_serves_and_its_parameters(show):
    lines = [line.strip() for line in show("fast").out.splitlines()]
    assert {"precisions: fp32, fp16", "scenarios: offline"} < {*lines}
    assert lines[-1].split() == ["level", "'very'", "|", "'most'", "'very'", "how", "fast"]


def test_a_runtime_that_cannot_be_imported_here_is_shown_with_what_it_misses(show):
    answer = show("away")
    assert answer.code == 0
    assert "  requires: nowhere\n" in answer.out
    assert answer.out.endswith("  not installed: nowhere; pip install 'it[away]'\n")


def test_an_unknown_name_is_told_with_the_nearest(show):
    answer = show("nett")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: unknown name 'nett' (did you mean 'net'? allowed: away, dots, fast, loss, lost, net)\n"


def test_what_cannot_be_imported_says_whose_it_is(show):
    answer = show("lost")
    assert answer.code == 2
    assert answer.err == "error: model 'lost' of the plugin shown cannot be imported: No module named 'nowhere'\n"


def test_a_clash_is_told(command, install, no_plugins):
    for name in ("first", "second"):
        install(name, PLUGIN)
    answer = command("show", "net")
    assert answer.code == 2
    assert "model 'net' is offered by several plugins" in answer.err
