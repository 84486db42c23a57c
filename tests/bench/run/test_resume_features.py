"""What of an earlier run may stand beside what is done now."""

from dataclasses import asdict

import pytest

from bench.errors import RunError
from bench.run.resume import earlier_run
from bench.stages.files import sha256
from bench.store.folder import write_results
from bench.suite.load import load_suite
from bench.suite.plan import make_plan

SUITE = """
name: trial
features: tiny
cases:
  - {model: [tiny, small, deep-net], dataset: points}
measure: {runtimes: [graph]}
"""
ENVIRONMENT = {"python": "3.12.1", "packages": {}, "plugins": {}}


@pytest.fixture
def resumed(make, suite_file, catalog, tmp_path):
    """What is gone on with of a run of all cases: `resumed(only, *overrides)`, overrides as `--set` has them."""

    def plan(*overrides, only=()):
        return make_plan(*load_suite(suite_file(SUITE), overrides), catalog, only)

    def case(planned):
        checkpoint = tmp_path / planned.folder
        checkpoint.write_text(planned.id)
        trained = make.case().training
        asked = {"params": planned.params, "data_params": planned.data_params, "train": planned.train.model_dump()}
        return make.case(
            planned.model.name,
            folder=planned.folder,
            **asked,
            training=type(trained)(
                **{**asdict(trained), "checkpoint": planned.folder, "checkpoint_sha256": sha256(checkpoint)}
            ),
            artifacts=[],
        )

    before = plan()
    suite = {"file": "suite.yaml", **before.suite.model_dump()}
    write_results(make.results([case(one) for one in before.cases], suite=suite, environment=ENVIRONMENT), tmp_path)
    return lambda only, *overrides: earlier_run(plan(*overrides, only=only), tmp_path, ENVIRONMENT)


def test_what_was_trained_is_kept_and_so_are_cases_that_are_not_chosen(resumed):
    found = resumed(("small",))
    assert list(found.begun) == ["tiny@points#0", "small@points#0"]  # the net comes with those that it serves
    assert [case.id for case in found.others] == ["deep-net@points#0"]


@pytest.mark.parametrize("change", ["features=null", "features=small", "train.max_epochs=1"])
def test_figures_by_other_features_are_not_kept_beside_new_ones(resumed, change):
    with pytest.raises(RunError, match=r"other features made the figures of .* \(begin a new one, without --resume\)"):
        resumed(("small",), change)


def test_figures_that_are_all_made_anew_may_have_other_features(resumed):
    assert resumed((), "features=small").others == []
