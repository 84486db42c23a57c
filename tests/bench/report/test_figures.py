"""Charts as pictures."""

import pytest

from bench.report.chapters import charts
from bench.report.charts.chart import Chart, Series
from bench.report.charts.quality import fronts
from bench.report.charts.speed import throughput
from bench.report.figures import _figure, draw


def draw_all(results, folder) -> list[str]:
    return [draw(chart, folder) for chart in charts(results, folder)]


@pytest.mark.parametrize("group", ["tiny", "tiny[a=$x$]", "tiny[a=$\\nonsense$]", "tiny[a=$]", "_hidden"])
def test_a_chart_is_drawn_whatever_its_cases_are_called(make, tmp_path, group):
    drawn = draw_all(make.results(cases=[make.case(group=group)]), tmp_path)
    assert drawn == ["images/front.png", "images/throughput.png", "images/curves.png"]
    assert all((tmp_path / path).read_bytes().startswith(b"\x89PNG") for path in drawn)


@pytest.mark.parametrize("text", ["$x$", "$\\nonsense$", "a $ b"])
def test_a_metric_may_have_any_name_and_unit(make, tmp_path, text):
    assert draw_all(make.results(cases=[make.case(metrics=[make.metric(name=text, unit=text)])]), tmp_path)


def ticks(axis) -> list[str]:
    low, high = axis.get_view_interval()
    labels = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
    return [label.get_text() for place, label in labels if low <= place <= high]


def test_the_ticks_are_plain_numbers_and_those_of_batch_sizes_are_they(make):
    rows = [make.measurement(batch_size=size, throughput_per_s=1000.0 * size) for size in (1, 8, 256)]
    figure = _figure(throughput(make.results(cases=[make.case(measurements=rows)]))[0])
    figure.canvas.draw()
    (axes,) = figure.axes
    assert ticks(axes.xaxis) == ["1", "8", "256"]
    assert "10,000" in ticks(axes.yaxis)
    assert not any("$" in text for text in ticks(axes.yaxis))


def test_a_narrow_log_axis_has_ticks_too(make):
    cases = [make.case(f"m{n}", measurements=[make.measurement(throughput_per_s=4100.0 + n)]) for n in range(2)]
    figure = _figure(throughput(make.results(cases=cases))[0])
    figure.canvas.draw()
    assert len(ticks(figure.axes[0].yaxis)) >= 2


def test_the_front_is_a_step(make):
    (chart,) = fronts(make.results())
    (line,) = [line for line in _figure(chart).axes[0].lines if line.get_label() == "Pareto front"]
    assert line.get_drawstyle() == "steps-post"


def legend(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_legend_lies_below_the_chart(make, tmp_path):
    figure = _figure(fronts(make.results())[0])
    figure.savefig(tmp_path / "a.png")
    figure.canvas.draw()
    below = figure.legends[0].get_window_extent()
    assert below.y1 <= figure.axes[0].get_tightbbox().y0
    assert below.x1 <= figure.bbox.x1


def test_the_legend_explains_colours_and_strokes(make):
    rows = [make.measurement(runtime=f"r{n}") for n in range(3)]
    cases = [make.case(f"m{n}", measurements=rows) for n in range(4)]
    (chart,) = throughput(make.results(cases=cases))
    assert legend(_figure(chart)) == [*(f"m{n}@points" for n in range(4)), "r0", "r1", "r2"]


def test_ticks_have_the_names_that_a_chart_gives_them():
    chart = Chart("k", "t", "x", "y", [Series("a", [0.0, 1.0], [1.0, 2.0])], x_ticks=(0.0, 1.0), x_labels=("$a$", "b"))
    figure = _figure(chart)
    figure.canvas.draw()
    assert ticks(figure.axes[0].xaxis) == [r"\$a\$", "b"]


def test_epochs_are_whole_numbers():
    figure = _figure(Chart("k", "t", "epoch", "y", [Series("a", [1.0, 2.0, 3.0], [0.5, 0.25, 0.75])]))
    figure.canvas.draw()
    assert ticks(figure.axes[0].xaxis) == ["1", "2", "3"]


def test_an_interval_is_a_bar():
    series = Series("a", [1.0, 2.0], [0.5, 2.0], intervals=((0.25, 0.75), None))
    bars = [line for line in _figure(Chart("k", "t", "x", "y", [series])).axes[0].lines if line.get_marker() == "_"]
    assert [(list(bar.get_xdata()), list(bar.get_ydata())) for bar in bars] == [([1.0, 1.0], [0.25, 0.75])]
