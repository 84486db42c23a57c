"""Sentences about a run."""

import pytest

from bench.report.wording import machine, software, subtitle


@pytest.mark.parametrize(("seconds", "took"), [(59.4, " 59 s."), (60.0, " 1 min 0 s."), (135.0, " 2 min 15 s.")])
def test_subtitle_says_how_many_passed_and_how_long_it_took(make, seconds, took):
    cases = [make.case(), make.case(seed=1, status="failed")]
    text = subtitle(make.results(cases=cases, seconds=seconds))
    assert text.startswith("1 of 2 cases passed.")
    assert text.endswith(took)


def test_machine_names_its_parts(make):
    assert machine(make.results()) == "Some CPU, 2 cores, 8 GiB, no GPU; Linux; 2 cases at once"
    alone = {**make.results().environment, "jobs": 1}
    assert machine(make.results(environment=alone)).endswith("; 1 case at once")


def test_machine_without_known_memory_leaves_it_out(make):
    environment = {**make.results().environment, "memory_bytes": None, "gpus": ["A GPU"]}
    assert machine(make.results(environment=environment)) == "Some CPU, 2 cores, A GPU; Linux; 2 cases at once"


def test_software_names_the_versions(make):
    assert software(make.results()) == "Python 3.12.1, bench 0.1.0"
