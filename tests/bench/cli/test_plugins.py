"""`bench plugins`."""


def test_a_plugin_is_shown_with_distribution_version_and_hooks(command, install, no_plugins):
    module = install("good", "import bench\n@bench.hookimpl\ndef bench_models():\n    return []\n")
    assert command("plugins").out.splitlines()[1].split() == ["good", module, "1.2", "bench_models"]


def test_a_broken_plugin_is_shown_with_what_happened_and_where(command, install, no_plugins):
    module = install("bad", "import bench\n\n@bench.hookimpl\ndef bench_metrics():\n    raise OSError('no licence')\n")
    answer = command("plugins")
    assert answer.code == 0
    assert "broken: bad\n" in answer.out
    assert "bench_metrics: OSError: no licence [" in answer.out
    assert f"{module}.py:5]" in answer.out


def test_a_broken_plugin_is_not_among_the_good_ones(command, install, no_plugins):
    install("bad", "raise SystemExit(1)")
    assert command("plugins").out.count("bad\n") == 1


def test_no_plugins_are_no_error(command, no_plugins):
    assert command("plugins").code == 0
