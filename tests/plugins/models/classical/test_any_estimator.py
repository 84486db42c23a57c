"""Estimators by their import path: what each kind answers, and what is refused before anything runs."""

import numpy as np
import onnx
import pytest
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler

from bench import BenchError, DataSpec
from bench.stages.precision import write_graph
from bench_models.classical.any_estimator import AnyEstimator

FOREST = "sklearn.ensemble.RandomForestClassifier"
DIGITS = DataSpec("classification", (1, 8, 8), classes=10)


def fitted(data, estimator, **arguments):
    model = AnyEstimator(data.spec, f"sklearn.{estimator}", arguments)
    model.fit(data)
    (export,) = model.exports()
    return model, export


def rows(part):
    return part.inputs.flatten(1).numpy()


def test_softmax_makes_a_classifiers_probabilities_of_its_scores(digits, executed):
    _, export = fitted(digits, "ensemble.RandomForestClassifier", n_estimators=20, random_state=3)
    train, test = rows(digits.parts.train), rows(digits.parts.test)
    forest = RandomForestClassifier(20, random_state=3).fit(train, digits.parts.train.targets)
    scores = executed(export, digits.parts.test.inputs)
    assert export.task == "classification"
    np.testing.assert_allclose(scores.softmax(1), forest.predict_proba(test), atol=2e-6)
    assert scores.isfinite().all()
    assert np.array_equal(scores.argmax(1), forest.predict(test))


def test_a_classifiers_scores_can_be_in_16_bits(digits, tmp_path):
    _, export = fitted(digits, "neural_network.MLPClassifier", hidden_layer_sizes=(4,), tol=1e9, n_iter_no_change=1)
    onnx.save(export.graph(), tmp_path / "forward.onnx")
    write_graph(export, "fp16", tmp_path / "forward.onnx", tmp_path / "half.onnx")
    onnx.checker.check_model(onnx.load(tmp_path / "half.onnx"), full_check=True)


def test_a_transformer_gives_a_code(digits, executed):
    _, export = fitted(digits, "preprocessing.StandardScaler")
    train, test = rows(digits.parts.train), rows(digits.parts.test)
    expected = StandardScaler().fit(train).transform(test)
    assert (export.task, export.outputs) == ("embedding", ("code",))
    np.testing.assert_allclose(executed(export, digits.parts.test.inputs), expected, atol=1e-5)


def test_a_clusterer_gives_distances(digits, executed):
    model, export = fitted(digits, "cluster.MiniBatchKMeans", n_clusters=4, n_init=1)
    inputs = digits.parts.test.inputs
    assert (export.task, export.outputs) == ("clustering", ("distances",))
    assert np.array_equal(executed(export, inputs).argmin(1), model.estimator.predict(inputs.flatten(1).numpy()))


def test_the_seed_is_torchs_unless_it_is_given(digits):
    torch.manual_seed(7)
    tree = "tree.DecisionTreeClassifier"
    assert fitted(digits, tree, max_depth=2)[0].estimator.random_state == 7
    assert fitted(digits, tree, max_depth=2, random_state=42)[0].estimator.random_state == 42


def test_building_one_leaves_the_random_numbers_of_others_alone():
    np.random.seed(0)
    before = np.random.get_state()[1].tolist()
    AnyEstimator(DIGITS, FOREST, {"n_estimators": 3})
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize(
    ("estimator", "arguments", "message"),
    [
        ("sklearn.linear_model.LogisticRegresion", {}, "LogisticRegresion"),
        ("sklaern.linear_model.LogisticRegression", {}, "sklaern"),
        ("", {}, "no estimator ''"),
        ("sklearn.metrics.accuracy_score", {}, "is no estimator"),
        ("sklearn.linear_model", {}, "is no estimator"),
        (FOREST, {"trees": 10}, "unexpected keyword argument 'trees'.*n_estimators"),
        (FOREST, {"n_estimators": -1}, "'n_estimators' parameter .* must be an int in the range"),
        ("sklearn.ensemble.VotingClassifier", {}, "missing 1 required"),
        ("sklearn.linear_model.LinearRegression", {}, "allowed are transformers, clusterers"),
        ("sklearn.linear_model.RidgeClassifier", {}, "classifiers that have `predict_proba`"),
        ("sklearn.linear_model.SGDClassifier", {"loss": "hinge"}, "classifiers that have `predict_proba`"),
        ("sklearn.cluster.DBSCAN", {}, "clusterers that have `transform`"),
        ("sklearn.neural_network.BernoulliRBM", {}, "skl2onnx cannot convert BernoulliRBM"),
        ("sklearn.gaussian_process.GaussianProcessClassifier", {}, "skl2onnx cannot convert GaussianProcess"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_built(estimator, arguments, message):
    with pytest.raises(BenchError, match=message) as caught:
        AnyEstimator(DIGITS, estimator, arguments)
    assert "\n" not in str(caught.value)


def test_a_classifier_needs_classes():
    with pytest.raises(BenchError, match="data with classes"):
        AnyEstimator(DataSpec("forecasting", (8,)), FOREST)


def test_what_only_random_rows_do_not_suit_is_not_refused(digits):
    """A rehearsal has 50 rows of 64 features."""
    _, export = fitted(digits, "decomposition.PCA", n_components=60)
    assert export.module(digits.parts.test.inputs).shape == (360, 60)


def test_a_training_part_without_some_class_is_an_error(given):
    data = given(torch.rand(30, 4), torch.arange(30) % 2, classes=3)
    with pytest.raises(BenchError, match="2 of the 3 classes"):
        fitted(data, "tree.DecisionTreeClassifier")
