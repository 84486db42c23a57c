"""Which figures of two cases are compared."""

from dataclasses import replace

import pytest

from bench.report.rivals import latency_pairs, quality_pairs
from bench.results import Latency


def test_what_both_were_timed_at_is_compared(duel):
    pairs = latency_pairs(duel({16: 2e-3, 64: 1e-3, 128: 1.0}, {16: 1e-3, 64: 4e-3}))
    assert [(one.own.length, one.rival.group, one.ratio.value) for one in pairs] == [
        (16, "full@points", pytest.approx(2.0)),
        (64, "full@points", pytest.approx(0.25)),
    ]
    assert [one.macs for one in pairs] == [0.8, 0.4]
    assert pairs[0].name == "par@points against full"
    assert not any(one.doubtful for one in pairs)


def test_seeds_that_one_of_them_lacks_do_not_count(duel):
    results = duel({16: 2e-3}, {16: 1e-3}, seeds=(0, 1, 2))
    lacking = replace(results, cases=[case for case in results.cases if case.id != "full@points#1"])
    assert [(one.seeds, one.ratio.value) for one in latency_pairs(lacking)] == [(2, pytest.approx(2.0))]
    (pair,) = quality_pairs(lacking)
    assert (pair.own, pair.rival) == ([1.1, 1.3], [1.0, 1.0])
    none = replace(results, cases=[case for case in results.cases if case.id in {"par@points#0", "full@points#1"}])
    assert latency_pairs(none) == quality_pairs(none) == []


@pytest.mark.parametrize("gone", ["par", "full"])
def test_without_one_of_them_nothing_is_compared(duel, gone):
    results = duel({16: 2e-3}, {16: 1e-3})
    alone = replace(results, cases=[case for case in results.cases if case.model != gone])
    assert latency_pairs(alone) == quality_pairs(alone) == []


def test_only_one_query_after_the_other_is_compared(duel):
    assert latency_pairs(duel({16: 2e-3}, {16: 1e-3}, scenario="offline")) == []
    assert latency_pairs(duel({16: 2e-3}, {16: 1e-3}, instrument="loadgen")) == []


def test_what_cannot_state_its_median_is_not_compared(duel):
    assert latency_pairs(duel({16: None}, {16: 1e-3}, processes=0)) == []
    assert latency_pairs(duel({16: 0.0}, {16: 1e-3})) == []


def test_a_row_that_is_not_to_be_trusted_makes_its_pair_doubtful(duel):
    results = duel({16: 2e-3}, {16: 1e-3})
    rival = results.cases[1]
    noisy = replace(rival, measurements=[replace(row, noise=["busy"]) for row in rival.measurements])
    (pair,) = latency_pairs(replace(results, cases=[results.cases[0], noisy]))
    assert pair.doubtful


def test_quality_is_that_of_the_metric_that_leads(make, duel):
    results = duel({16: 2e-3}, {16: 1e-3})
    more = [
        replace(case, metrics=[*case.metrics, make.metric(name="count", higher_is_better=None)])
        for case in results.cases
    ]
    (pair,) = quality_pairs(replace(results, cases=more))
    assert (pair.metric.name, pair.case, pair.rival_case) == ("loss", "par@points", "full@points")


def test_a_ratio_of_too_few_queries_for_a_median_is_not_stated(make, duel):
    results = duel({16: 2e-3}, {16: 1e-3})
    few = [replace(row, latency_s=Latency(None, None, None)) for row in results.cases[1].measurements]
    assert latency_pairs(replace(results, cases=[results.cases[0], replace(results.cases[1], measurements=few)])) == []
