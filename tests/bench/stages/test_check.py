"""What is found before anything runs: artifacts, sources and metrics that are asked for and that are not there."""

from dataclasses import replace

import pytest

from bench.records import DatasetInfo, MetricInfo, MetricUse, ModelInfo
from bench.stages.check import check_cases
from bench.stages.request import CaseRequest

GAIN = MetricInfo("gain", "stage_parts:gain", "reconstruction", form="function")


@pytest.fixture
def request_(parts, tmp_path):
    """A request without anything wrong in it."""
    return CaseRequest(
        id="noisy@digits#0",
        folder=str(tmp_path),
        name="noisy@digits-0",
        model=ModelInfo("noisy", "stage_parts:Noisy", "reconstruction"),
        dataset=DatasetInfo("digits", "bench_datasets.digits:Digits", "classification"),
        params={"latent": 3},
        data_params={},
        train={"max_epochs": 1, "batch_size": 64, "accelerator": "cpu"},
        seed=0,
        metrics=(MetricUse("twice", GAIN, {"factor": 2}),),
        metrics_named=True,
        runtimes=(),
        precisions=("fp32",),
        device="cpu",
        train_threads=1,
        timed_threads=1,
        batch_sizes=(1,),
        owners={},
        timed=("whole",),
    )


def problems(request):
    return [(problem.path, problem.message, problem.hint) for problem in check_cases([request], fetch=False)]


def test_what_is_right_is_no_problem(request_):
    assert problems(request_) == []


def test_an_artifact_to_time_that_no_case_has_is_told_with_the_nearest(request_):
    assert problems(replace(request_, timed=("whole", "encode"))) == [
        (
            ("measure", "artifacts", 1),
            "no case has an artifact 'encode'",
            "did you mean 'encoder'? allowed: decoder, encoder, whole",
        )
    ]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"factr": 2}, "twice: unknown parameter 'factr'"),
        ({"factor": "big"}, "twice: factor: input should be a valid number, not 'big'"),
    ],
)
def test_a_metric_is_asked_for_its_parameters(request_, params, message):
    ((path, told, _),) = problems(replace(request_, metrics=(MetricUse("twice", GAIN, params),)))
    assert path == ("metrics", 0, "params", next(iter(params)))
    assert told == message


def test_a_source_that_is_not_there_is_told(request_, parts, monkeypatch):
    def exports(self):
        return [replace(part, inputs=(replace(part.inputs[0], source="encoder.codes"),)) for part in given(self)]

    given = parts.Noisy.exports
    monkeypatch.setattr(parts.Noisy, "exports", exports)
    ((path, told, _),) = problems(request_)
    assert path == ()
    assert told == "the input 'code' of decoder has an unknown source 'encoder.codes'"
