"""What a plan's workers are asked."""

from types import SimpleNamespace

from bench.cores import cores
from bench.run.requests import default_jobs, owners_of


def catalog_of(**targets):
    entries = {
        str(number): SimpleNamespace(info=SimpleNamespace(target=target), plugin=plugin)
        for number, (target, plugin) in enumerate(targets.values())
    }
    return SimpleNamespace(entries=lambda kind: entries if kind == "models" else {})


def test_a_package_belongs_to_a_plugin_only_if_it_is_its_alone():
    owners = owners_of(
        catalog_of(
            a=("theirs.net:Net", "theirs"),
            b=("shared.one:A", "first"),
            c=("shared.two:B", "second"),
            d=("bench.report.html:render", "reports"),
        )
    )
    assert owners["theirs"] == owners["theirs.net"] == "theirs"
    assert owners["shared.one"] == "first"
    assert "shared" not in owners
    assert "bench" not in owners


def test_jobs_are_bounded_by_cases_cores_and_eight():
    assert default_jobs(1) == 1
    assert default_jobs(1000) == min(8, cores())
