"""What is found before anything runs: artifacts, sources and metrics that are asked for and that are not there."""

from dataclasses import replace

import pytest

from bench.records import DatasetInfo, MetricInfo, MetricUse, ModelInfo, RuntimeInfo, RuntimeUse
from bench.stages.check import check_cases
from bench.stages.request import CaseRequest, FeatureCase

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
    return [(one.path, one.message, one.hint) for one in check_cases([request], fetch=False).problems]


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
@pytest.mark.parametrize("key", ["metrics", "course"])
def test_a_metric_is_asked_for_its_parameters(request_, params, message, key):
    ((path, told, _),) = problems(replace(request_, **{key: (MetricUse("twice", GAIN, params),)}))
    assert path == (key, 0, "params", next(iter(params)))
    assert told == message


@pytest.mark.parametrize("setting", [{"gradient_clip_val": 1.0}, {"accumulate_grad_batches": 2}])
def test_a_model_that_takes_its_steps_by_itself_knows_no_settings_of_lightnings(request_, setting):
    (name,) = setting
    request = replace(request_, train={**request_.train, **setting})
    assert problems(request) == []
    model = ModelInfo("gan", "bench_models.adversarial.gan:GAN", "generation")
    ((path, message, _),) = problems(replace(request, model=model, params={}, timed=()))
    assert (path, message) == (("train", name), f"gan takes its steps by itself, and does not know {name}")


@pytest.fixture
def net(request_):
    """A request of the case whose net gives the suite its features."""
    model = ModelInfo("lenet5", "bench_models.classifiers.lenet5:LeNet5", "classification")
    features = FeatureCase("net@digits#0", "net@digits-0")
    params = {"padding": 4, "features": True}
    return replace(request_, id="net@digits#0", model=model, params=params, features=features, timed=())


def test_a_net_that_does_not_export_features_is_told_with_what_it_does_export(net):
    assert problems(net) == []
    ((path, message, hint),) = problems(replace(net, params={"padding": 4}))
    assert (path, message) == ((), "the suite takes its features from here, and there is no artifact 'features'")
    assert hint.startswith("it exports: forward; `bench show lenet5`")


def test_features_that_are_no_function_of_the_data_alone_are_refused(net, request_, parts, monkeypatch):
    def exports(self):
        return [replace(part, name="features") if part.name == "whole" else part for part in given(self)]

    given = parts.Noisy.exports
    monkeypatch.setattr(parts.Noisy, "exports", exports)
    noisy = replace(request_, id=net.id, features=net.features, timed=())
    ((_, message, hint),) = problems(noisy)
    assert message == "the artifact 'features' has to make one output of the dataset's inputs alone"
    assert hint == "inputs: data, normal; outputs: image, code"


def test_a_net_that_takes_no_other_cases_inputs_is_refused(net, request_):
    seed = replace(net, id="net@digits#1", seed=1)
    large = replace(request_, features=net.features, data_params={"size": 9}, timed=())
    assert check_cases([net, seed, large, replace(large, data_params={})], fetch=False).problems == []
    assert check_cases([net, seed], fetch=False).problems == []
    (problem,) = check_cases([net, seed, large], fetch=False).problems
    assert problem.path == ("features",)
    assert problem.message == "the feature net net@digits#0 takes (1, 8, 8), and no other case has such data"
    assert problem.hint == "that of noisy@digits#0 is (1, 9, 9)"


def test_a_source_that_is_not_there_is_told(request_, parts, monkeypatch):
    def exports(self):
        return [replace(part, inputs=(replace(part.inputs[0], source="encoder.codes"),)) for part in given(self)]

    given = parts.Noisy.exports
    monkeypatch.setattr(parts.Noisy, "exports", exports)
    ((path, told, _),) = problems(request_)
    assert path == ()
    assert told == "the input 'code' of decoder has an unknown source 'encoder.codes'"


@pytest.fixture
def over_time(request_):
    """A request of a case whose sequences have at most 20 steps: `over_time(lengths, **changes)`."""
    model = ModelInfo("over-time", "stage_parts:OverTimeInParts", "classification")
    request = replace(request_, id="over-time@digits#0", model=model, params={"longest": 20}, timed=(), metrics=())
    return lambda *lengths, **changes: replace(request, lengths=lengths, **changes)


def test_lengths_that_can_be_are_no_problem(over_time, request_):
    assert problems(over_time(1, 20)) == []
    assert check_cases([replace(request_, timed=(), lengths=(9,)), over_time(9)], fetch=False).problems == []


def test_it_tells_what_is_timed_of_each_case_and_at_which_lengths(over_time, request_):
    graphs = check_cases([replace(request_, lengths=(1, 20)), over_time(1, 20)], fetch=False).graphs
    assert graphs["noisy@digits#0"] == {"whole": (None,)}
    assert graphs["over-time@digits#0"]["forward"] == (1, 20)
    assert check_cases([over_time()], fetch=False).graphs["over-time@digits#0"]["forward"] == (8,)


@pytest.mark.parametrize(("timed", "first"), [((), "decoder"), (("forward", "encoder"), "encoder")])
def test_a_length_that_is_too_long_is_told_once_with_its_place(over_time, timed, first):
    at = ("measure", "lengths", 1)
    assert problems(over_time(20, 21, timed=timed)) == [
        (at, f"{first} of over-time@digits#0 takes no sequences of 21", "at most 20")
    ]


def test_what_is_not_timed_may_be_shorter(over_time):
    assert problems(over_time(21, params={}, timed=("forward",))) == []


def test_lengths_of_what_has_no_sequences_are_refused_if_there_is_nothing_else(request_):
    asked = replace(request_, lengths=(16,))
    assert problems(asked) == [
        (("measure", "lengths"), "nothing that is timed takes sequences of any length", "leave it out")
    ]
    assert problems(replace(asked, whole=False)) == []


def test_artifacts_to_time_that_other_cases_may_have_are_no_problem(request_):
    assert problems(replace(request_, timed=("whole", "encode"), whole=False)) == []


PRETRAINED = ModelInfo("pretrained-mlp", "bench_models.classifiers.pretrained_mlp:PretrainedMLP", "classification")
SEARCH = ModelInfo("par-search", "bench_models.sequences.par_search:ParSearch", "language-modelling")
TEXT = DatasetInfo("text", "bench_datasets.text:Text", "language-modelling")
TORCH = RuntimeUse("torch", RuntimeInfo("torch", "bench_runtimes.torch:TorchRuntime", needs_torch=True))


@pytest.mark.parametrize(("epochs", "told"), [(6, True), (7, False), (None, False)])
def test_epochs_have_to_reach_beyond_those_before_the_real_training(request_, epochs, told):
    params = {"hidden": (8, 8), "pretraining": "rbm", "pretrain_epochs": 3}
    train = {"max_epochs": epochs, "max_steps": None if epochs else 9, "batch_size": 64, "accelerator": "cpu"}
    found = problems(replace(request_, model=PRETRAINED, params=params, train=train, timed=(), metrics=()))
    why = "6 of 6 epochs are pre-training or a search, and none is left for what comes after"
    hint = "more than 6; max_epochs counts both"
    assert found == ([(("train", "max_epochs"), why, hint)] if told else [])


def test_who_asks_what_parts_take_needs_a_runtime_for_graphs(request_):
    params = {"width": 8, "heads": 2, "latency_weight": 0.1, "search_epochs": 1}
    train = {"max_epochs": 2, "batch_size": 64, "accelerator": "cpu"}
    searching = replace(request_, model=SEARCH, dataset=TEXT, params=params, train=train, timed=(), metrics=())
    ((_, message, hint),) = problems(replace(searching, runtimes=(TORCH,)))
    assert "none of torch executes such" in message
    assert hint == "add onnxruntime to `measure.runtimes`"
