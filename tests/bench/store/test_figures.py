"""Figures by their names and places."""

import pytest

from bench.store.figures import place_of


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, "forward graph fp32 cpu threads=1 single-stream batch=1"),
        ({"scenario": "offline", "batch_size": 64}, "forward graph fp32 cpu threads=1 offline"),
        ({"length": 128}, "forward graph fp32 cpu threads=1 single-stream batch=1 length=128"),
        ({"instrument": "loadgen"}, "forward graph fp32 cpu threads=1 single-stream batch=1 loadgen"),
        ({"scenario": "server", "rate_per_s": 100.0}, "forward graph fp32 cpu threads=1 server batch=1 rate=100"),
    ],
)
def test_a_place_says_all_that_was_asked_for(make, changes, place):
    assert place_of(make.measurement(**changes)) == place


def test_without_its_rates_a_server_is_one_place(make):
    rows = [make.measurement(scenario="server", rate_per_s=rate) for rate in (100.0, 200.0)]
    assert len({place_of(row) for row in rows}) == 2
    assert {place_of(row, with_rate=False) for row in rows} == {"forward graph fp32 cpu threads=1 server batch=1"}
