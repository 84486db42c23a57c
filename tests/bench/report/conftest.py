"""What tests of comparisons need."""

import pytest

from bench.records import TensorSpec
from bench.results import Latency


@pytest.fixture(scope="session")
def duel(make):
    """Results of a case `par`, compared with `full`: `duel(own={64: 1e-3}, rival={64: 2e-3}, seeds=(0,))`.

    :param own: seconds of a query by the length of sequences, or by None
    :param losses: of both, seed by seed
    """

    def results(own, rival, seeds=(0,), losses=((1.1, 1.2, 1.3), (1.0, 1.0, 1.0)), processes=3, **changes):
        def rows(latencies):
            return [
                make.measurement(
                    length=length,
                    latency_s=Latency(latency, None, None),
                    by_process=[make.process(turn=turn, p50_s=latency) for turn in range(processes)],
                    **changes,
                )
                for length, latency in latencies.items()
            ]

        macs = {"par": {16: 40, 64: 160}, "full": {16: 50, 64: 400}}
        cases = [
            make.case(
                name,
                seed=seed,
                against="full@points" if name == "par" else "",
                measurements=rows(latencies),
                metrics=[make.metric(name="loss", value=values[seed], higher_is_better=False)],
                artifacts=[make.artifact(inputs=[TensorSpec("steps", (16,), sequence=0)], macs_at=macs[name])],
            )
            for name, latencies, values in (("par", own, losses[0]), ("full", rival, losses[1]))
            for seed in seeds
        ]
        return make.results(cases=cases)

    return results
