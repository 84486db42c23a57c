"""Pictures of a whole training, of what is known at each of its snapshots."""

import numpy as np
import pytest
import torch

from bench import Export, TensorSpec, Unsuitable
from bench_metrics.critic.course_picture import duality_course
from bench_metrics.critic.duality import critic_estimate, duality_gap
from bench_metrics.generation.course_pictures import samples_over_training, scatter_over_training
from bench_metrics.over_training import snapshots


@pytest.fixture
def trained(evaluate):
    """Makes the evaluation of a generator that has learned to add more and more to its noise, and of its critic.

    `trained(shape, shifts, artifact="generator")`: one snapshot for each shift, two epochs apart
    """

    def trained(shape, shifts, artifact="generator"):
        noise, data = TensorSpec("noise", shape, source="normal"), TensorSpec("input", shape)
        test = torch.rand(40, *shape, generator=torch.Generator().manual_seed(0))

        def case(shift):
            exports = [
                Export("generator", lambda noise: 0.1 * noise + shift, "generation", (noise,), ("sample",)),
                Export("critic", lambda x: (1 + shift) * x.flatten(1)[:, :1], "critic", (data,), ("value",)),
            ]
            return evaluate(exports, artifact, test).case

        last = case(shifts[-1])
        last.earlier = {2 * number: case(shift) for number, shift in enumerate(shifts, 1)}
        return last.on_test(artifact)

    return trained


@pytest.mark.parametrize(
    ("there", "most", "expected"),
    [(4, 10, [2, 4, 6, 8]), (4, 4, [2, 4, 6, 8]), (8, 4, [4, 8, 12, 16]), (9, 1, [18]), (5, 2, [6, 10])],
)
def test_of_many_snapshots_some_are_taken_evenly_and_the_last(trained, there, most, expected):
    assert snapshots(trained((2,), [0.0] * there), "a picture", most) == expected


@pytest.mark.parametrize("picture", [samples_over_training, duality_course])
def test_without_snapshots_a_picture_says_how_to_have_them(trained, picture):
    evaluation = trained((1, 2, 2), [0.5], "critic" if picture is duality_course else "generator")
    evaluation.case.earlier = {}
    with pytest.raises(Unsuitable, match=r"needs snapshots of the training \(`train.snapshots` says how many"):
        picture(evaluation)


def test_each_row_of_samples_is_of_the_same_noise(trained):
    evaluation = trained((1, 2, 2), [0.3, 0.4, 0.5])
    axes = samples_over_training(evaluation).axes[0]
    assert [text.get_text() for text in axes.texts[:-1]] == ["2", "4", "6"]
    rows = np.stack([np.asarray(image.get_array()) for image in axes.images]).reshape(3, 10, 2, 2)
    noise = evaluation.fed["noise"][:10, 0].numpy()
    for row, shift in zip(rows, (0.3, 0.4, 0.5), strict=True):
        np.testing.assert_allclose(row, (0.1 * noise + shift).clip(0, 1), atol=1e-5)


def test_each_panel_has_the_points_of_its_epoch(trained):
    evaluation = trained((2,), [0.0, 1.0, 2.0])
    panels = [axes for axes in scatter_over_training(evaluation).axes if axes.collections]
    assert [axes.get_title() for axes in panels] == ["epoch 2", "epoch 4", "epoch 6"]
    for axes, shift in zip(panels, (0.0, 1.0, 2.0), strict=True):
        test, generated = (np.asarray(points.get_offsets()) for points in axes.collections)
        np.testing.assert_allclose(test, evaluation.inputs, rtol=1e-6)
        np.testing.assert_allclose(generated, 0.1 * evaluation.fed["noise"] + shift, atol=1e-6)


def test_points_are_not_drawn_as_images_nor_images_as_points(trained):
    with pytest.raises(Unsuitable, match="needs images"):
        samples_over_training(trained((2,), [0.0]))
    with pytest.raises(Unsuitable, match="needs points in the plane"):
        scatter_over_training(trained((1, 2, 2), [0.0]))


def test_between_both_curves_of_duality_lies_the_gap(trained):
    evaluation = trained((2,), [0.0, 0.5, 1.0], "critic")
    above, below = duality_course(evaluation).axes
    distances, bounds = (np.asarray(line.get_ydata()) for line in above.lines)
    earlier = [evaluation.case.after(epoch, "critic") for epoch in (2, 4, 6)]
    np.testing.assert_allclose(distances - bounds, [duality_gap(one) for one in earlier])
    np.testing.assert_allclose(below.lines[0].get_ydata(), [critic_estimate(one) for one in earlier])
    assert [list(line.get_xdata()) for line in (*above.lines, *below.lines)] == [[2, 4, 6]] * 3
