"""Plugins are found through their entry points, and a broken one disturbs nothing else."""

import pytest

from bench.catalog import Catalog
from bench.manager import load_plugins

GOOD = """
    import bench

    @bench.hookimpl
    def bench_models():
        yield bench.ModelInfo("good-net", "somewhere:Net", task="classification")
"""

# What is wrong -> the plugin's code, and what the reason must say.
BROKEN = {
    "raises at import": ("raise ImportError('no such library')", "ImportError: no such library"),
    "is no Python": ("def def", "SyntaxError"),
    "leaves at import": ("raise SystemExit(3)", "SystemExit: 3"),
    "is interrupted at import": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "raises what is no Exception": ("class Odd(BaseException): ...\nraise Odd('at all')", "Odd: at all"),
    "raises an error without words": (
        """
        class Odd(Exception):
            def __str__(self):
                raise ValueError
        raise Odd
        """,
        "Odd: (its message cannot be read)",
    ),
    "hook is interrupted": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            yield bench.ModelInfo("half", "somewhere:Net", task="classification")
            raise KeyboardInterrupt
        """,
        "bench_models: KeyboardInterrupt",
    ),
    "returns what cannot be shown": (
        """
        import bench
        class Odd:
            def __repr__(self):
                raise ValueError("no picture of me")
        @bench.hookimpl
        def bench_models():
            yield Odd()
        """,
        "bench_models: ValueError: no picture of me",
    ),
    "hook raises": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            raise RuntimeError("out of order")
        """,
        "bench_models: RuntimeError: out of order",
    ),
    "hook leaves": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            raise SystemExit("no licence")
        """,
        "bench_models: SystemExit: no licence",
    ),
    "generator raises midway": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            yield bench.ModelInfo("half", "somewhere:Net", task="classification")
            raise RuntimeError("out of order")
        """,
        "bench_models: RuntimeError: out of order",
    ),
    "returns a record of another kind": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            return [bench.DatasetInfo("points", "somewhere:Points", task="classification")]
        """,
        "is no ModelInfo",
    ),
    "returns a record, not a list": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            return bench.ModelInfo("single", "somewhere:Net", task="classification")
        """,
        "bench_models: TypeError",
    ),
    "returns a number": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            return 3
        """,
        "bench_models: TypeError",
    ),
    "names a target that is no text": (
        """
        import bench
        class Net: ...
        @bench.hookimpl
        def bench_models():
            yield bench.ModelInfo("net", Net, task="classification")
        """,
        "the target of ModelInfo(name='net'",
    ),
    "has a name that is no text": (
        """
        import bench
        @bench.hookimpl
        def bench_models():
            yield bench.ModelInfo(["net"], "somewhere:Net", task="classification")
        """,
        "the name of ModelInfo(name=['net']",
    ),
    "implements an unknown hook": (
        """
        import bench
        @bench.hookimpl
        def bench_modles():
            return []
        """,
        "there is no hook bench_modles (did you mean 'bench_models'?",
    ),
    "takes an unknown argument": (
        """
        import bench
        @bench.hookimpl
        def bench_models(config):
            return []
        """,
        "config",
    ),
}


def names(kind: str) -> set[str]:
    return set(Catalog(load_plugins()).entries(kind))


def test_an_installed_plugin_is_loaded_with_its_distribution_and_hooks(install, no_plugins):
    module = install("good", GOOD)
    (plugin,) = load_plugins().loaded
    assert (plugin.name, plugin.distribution, plugin.version) == ("good", module, "1.2")
    assert plugin.hooks == ("bench_models",)


def test_without_plugins_there_is_nothing(no_plugins):
    plugins = load_plugins()
    assert not plugins.loaded
    assert not plugins.broken
    assert not Catalog(plugins).entries("models")


def test_a_plugin_that_is_no_distribution_of_pip_has_no_version(install, no_plugins, tmp_path):
    install("good", GOOD)
    for file in tmp_path.glob("site-packages/*/METADATA"):
        file.write_text("")
    (plugin,) = load_plugins().loaded
    assert (plugin.distribution, plugin.version) == ("", "")


@pytest.mark.parametrize(("code", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_named_with_its_reason(install, no_plugins, code, says):
    install("bad", code)
    catalog = Catalog(load_plugins())
    assert set(catalog.plugins.broken) == {"bad"}
    assert says in catalog.plugins.broken["bad"]
    assert "\n" not in catalog.plugins.broken["bad"]


@pytest.mark.parametrize("code", [code for code, _ in BROKEN.values()], ids=BROKEN)
def test_a_broken_plugin_disturbs_no_other(install, code):
    built_in = {kind: names(kind) for kind in ("models", "datasets", "metrics", "runtimes", "reporters")}
    install("a-bad-one", code)
    install("good", GOOD)
    install("z-bad-one", code)
    built_in["models"].add("good-net")
    assert {kind: names(kind) for kind in built_in} == built_in


@pytest.mark.parametrize("hook", ["bench_modles()", "bench_datasets(config)"])
def test_a_plugin_with_a_wrong_hook_offers_nothing(install, no_plugins, hook):
    install("bad", GOOD + f"\n    @bench.hookimpl\n    def {hook}:\n        return []\n")
    plugins = load_plugins()
    assert not plugins.loaded
    assert not list(plugins.collect("bench_models"))


def test_the_reason_says_in_which_line_of_whose_file(install, no_plugins):
    module = install("bad", "import bench\n\nraise ValueError('here')\n")
    assert f"{module}.py:3]" in load_plugins().broken["bad"]


def test_of_two_plugins_with_one_name_the_second_is_refused(install, no_plugins):
    first = install("twin", GOOD)
    second = install("twin", GOOD.replace("good-net", "other-net"))
    plugins = load_plugins()
    assert len(plugins.loaded) == 1
    assert len(plugins.broken) == 1
    ((who, reason),) = plugins.broken.items()
    assert who in {f"twin ({first})", f"twin ({second})"}
    assert reason == "another plugin has this name already"


def test_one_module_under_two_names_is_loaded_once(install, no_plugins, tmp_path):
    module = install("good", GOOD)
    (entries,) = tmp_path.glob("site-packages/*/entry_points.txt")
    entries.write_text(f"[bench]\ngood = {module}\nagain = {module}\n")
    plugins = load_plugins()
    assert len(plugins.loaded) == 1
    assert len(plugins.broken) == 1
    assert set(Catalog(plugins).entries("models")) == {"good-net"}


def test_an_observer_that_raises_does_not_silence_the_others(install, no_plugins):
    observer = """
        import bench
        seen = []
        @bench.hookimpl
        def bench_run_started(folder, cases):
            seen.append((folder, cases))
    """
    install("bad", "import bench\n@bench.hookimpl\ndef bench_run_started(folder):\n    raise OSError('disk full')\n")
    modules = [install("an-observer", observer), install("z-observer", observer)]
    plugins = load_plugins()
    plugins.notify("bench_run_started", folder="there", cases=["one"])
    assert [__import__(module).seen for module in modules] == [[("there", ["one"])]] * 2
    assert plugins.broken["bad"].startswith("bench_run_started: OSError: disk full")


def test_an_observer_that_works_is_not_broken(install, no_plugins):
    install("observer", "import bench\n@bench.hookimpl\ndef bench_run_started(folder):\n    return None\n")
    plugins = load_plugins()
    plugins.notify("bench_run_started", folder="there", cases=[])
    assert not plugins.broken


def test_a_hook_that_returns_nothing_offers_nothing(install, no_plugins):
    install("empty", "import bench\n@bench.hookimpl\ndef bench_models():\n    return None\n")
    plugins = load_plugins()
    assert not list(plugins.collect("bench_models"))
    assert not plugins.broken


def test_ctrl_c_in_an_observer_ends_the_run(install, no_plugins):
    install("observer", "import bench\n@bench.hookimpl\ndef bench_run_started(folder):\n    raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_plugins().notify("bench_run_started", folder="there", cases=[])


def test_a_second_failure_does_not_hide_the_first(install, no_plugins):
    install(
        "bad",
        """
        import bench

        @bench.hookimpl
        def bench_models():
            raise ValueError("first")

        @bench.hookimpl
        def bench_datasets():
            raise ValueError("second")
        """,
    )
    reason = Catalog(load_plugins()).plugins.broken["bad"]
    assert "bench_models: ValueError: first" in reason
    assert "bench_datasets: ValueError: second" in reason


def test_what_fails_the_same_way_twice_is_told_once(no_plugins):
    plugins = load_plugins()
    for _ in range(2):
        plugins.complain("bad", "it broke")
    assert plugins.broken == {"bad": "it broke"}
