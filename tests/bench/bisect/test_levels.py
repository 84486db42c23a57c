"""Whether a commit that is no worse than tolerated is called bad no more often than one comparison would call it so."""

from dataclasses import replace
from math import log1p

import numpy as np
import pytest
from scipy import stats

from bench.bisect.git import Commit
from bench.bisect.judging import Ends, Judge, Question
from bench.compare.estimates import TAIL, Shared
from bench.compare.judging import Candidate, judged
from bench.compare.observed import Nature, Observed, Seen
from bench.compare.records import Comparison, Key, Side, Threshold
from bench.compare.timings import timing_effect

SIDE = Side("", "trial", "", "", "", "")
GOOD, BAD, MIDDLE = (Commit(name * 40, name * 7, "", "", "") for name in "abc")
KEY, NATURE = Key("net@points", "forward", "latency-p50"), Nature("timing", "s", higher_is_better=False)

# The one in the middle is as bad as is tolerated, and by as much better than the bad one: nothing is harder to tell.
TOLERATED = 0.05
LOGS = {GOOD: 0.0, MIDDLE: log1p(TOLERATED), BAD: 2 * log1p(TOLERATED)}

TRIALS = 500


@pytest.fixture
def judge():
    """Judges by five processes that scatter by 2 %, and by twice as many each time it asks again."""
    random = np.random.default_rng(0)

    def look(base, head, repeat, share, watched, is_shared=True):
        logs = [random.normal(LOGS[commit], 0.02, 5 * 2**repeat) for commit in (base, head)]
        old, new = (Observed(NATURE, {0: Seen(0.0, tuple(np.exp(one).tolist()))}) for one in logs)
        effect = timing_effect(old, new)
        effect = replace(effect, estimate=Shared(effect.estimate, share if is_shared else 1.0))
        candidate = Candidate(KEY, NATURE, effect, Threshold(TOLERATED, "default"))
        return Comparison(SIDE, SIDE, tuple(judged([candidate])))

    return lambda **more: Judge(Question("latency-p50"), lambda *asked: look(*asked, **more))


def called_bad(judge: Judge) -> float:
    """How often the one in the middle is, for certain."""
    ends = Ends(GOOD, BAD, judge.look(GOOD, BAD, 5, 1.0, ()).of("regressed"))
    decisions = [judge.decide(MIDDLE, ends) for _ in range(TRIALS)]
    return float(np.mean([one.mark == "bad" and not one.is_uncertain for one in decisions]))


def test_whoever_repeats_until_he_sees_something_is_wrong_no_more_often_than_he_says(judge):
    most = stats.binom.isf(0.001, TRIALS, TAIL) / TRIALS
    assert called_bad(judge()) <= most
    assert called_bad(judge(is_shared=False)) > most
