"""Charts as pictures."""

import pytest

from bench.report.figures import _figure, draw
from bench.report.series import fronts, throughput


@pytest.mark.parametrize("group", ["tiny", "tiny[a=$x$]", "tiny[a=$\\nonsense$]", "tiny[a=$]"])
def test_a_chart_is_drawn_whatever_its_cases_are_called(make, tmp_path, group):
    drawn = draw(make.results(cases=[make.case(group=group)]), tmp_path)
    assert [path for _, path in drawn] == ["images/throughput.png", "images/front.png", "images/curves.png"]
    assert all((tmp_path / path).read_bytes().startswith(b"\x89PNG") for _, path in drawn)


@pytest.mark.parametrize("text", ["$x$", "$\\nonsense$", "a $ b"])
def test_a_metric_may_have_any_name_and_unit(make, tmp_path, text):
    assert draw(make.results(cases=[make.case(metrics=[make.metric(name=text, unit=text)])]), tmp_path)


def ticks(axis) -> list[str]:
    low, high = axis.get_view_interval()
    labels = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
    return [label.get_text() for place, label in labels if low <= place <= high]


def test_the_ticks_are_plain_numbers_and_those_of_batch_sizes_are_they(make):
    rows = [make.measurement(batch_size=size, throughput_per_s=1000.0 * size) for size in (1, 8, 256)]
    figure = _figure(throughput(make.results(cases=[make.case(measurements=rows)])))
    figure.canvas.draw()
    (axes,) = figure.axes
    assert ticks(axes.xaxis) == ["1", "8", "256"]
    assert "10,000" in ticks(axes.yaxis)
    assert not any("$" in text for text in ticks(axes.yaxis))


def test_a_narrow_log_axis_has_ticks_too(make):
    cases = [make.case(f"m{n}", measurements=[make.measurement(throughput_per_s=4100.0 + n)]) for n in range(2)]
    figure = _figure(throughput(make.results(cases=cases)))
    figure.canvas.draw()
    assert len(ticks(figure.axes[0].yaxis)) >= 2


def test_the_front_is_a_step(make):
    (chart,) = fronts(make.results())
    (line,) = [line for line in _figure(chart).axes[0].lines if line.get_label() == "Pareto front"]
    assert line.get_drawstyle() == "steps-post"


def test_nothing_to_show_draws_nothing(make, tmp_path):
    assert draw(make.results(cases=[]), tmp_path) == []
    assert not (tmp_path / "images").exists()
