"""Windows of a series: what is in them, that no part knows of what comes after it, and what a file may not be."""

from datetime import date, timedelta

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import BenchError, DataMissing, Unsuitable
from bench.signature import ParameterError, checked
from bench_datasets.timeseries import TimeSeries, seasons

FIRST = date(2003, 12, 20)
PARTS = {"validation": 20, "test": 30}


@pytest.fixture(scope="module")
def data_root(tmp_path_factory):
    """A data root of this module's own."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_DATA", str(folder))
        yield folder


@pytest.fixture(scope="module")
def series(data_root):
    """Makes the loaded dataset of some columns (name -> one value a day), written to a file first."""

    def make(columns, **params):
        columns = {name: np.asarray(values).tolist() for name, values in columns.items()}
        days = (FIRST + timedelta(day) for day in range(len(next(iter(columns.values())))))
        lines = [",".join(["date", *columns])]
        lines += [",".join([f"{day}", *map(repr, row)]) for day, *row in zip(days, *columns.values(), strict=True)]
        (data_root / "series.csv").write_text("\n".join(lines))
        data = TimeSeries("series.csv", **{"target": next(iter(columns)), **PARTS, **params})
        data.prepare_data()
        return data

    return make


@pytest.fixture(scope="module")
def text(data_root):
    """Makes the dataset of a file with this text."""

    def make(content, **params):
        (data_root / "text.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return TimeSeries("text.csv", **{"target": "warmth", **PARTS, **params})

    return make


@st.composite
def layouts(draw):
    """How a series is cut, and how long it is: just long enough for its parts, or longer."""
    horizons = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True).map(sorted).map(tuple))
    window, reach = draw(st.integers(1, 8)), horizons[-1] - horizons[0] + 1
    validation, test = draw(st.integers(reach, 15)), draw(st.integers(reach, 15))
    train = draw(st.integers(window + horizons[-1], 30))
    return train, {"window": window, "horizons": horizons, "validation": validation, "test": test}


@given(layouts())
def test_a_window_ends_today_and_every_target_lies_in_its_own_part(series, layout):
    train, params = layout
    borders = np.cumsum([0, train, params["validation"], params["test"]])
    data = series({"day": range(borders[-1])}, **params)
    for part, begin, end in zip(data.parts, borders, borders[1:], strict=False):
        days = part.inputs[..., 0].long()
        today = days[:, -1]
        assert part.inputs.shape[1:] == data.spec.input_shape
        assert torch.equal(days, today[:, None] + torch.arange(1 - params["window"], 1))
        assert torch.equal(part.targets.long(), today[:, None] + torch.tensor(params["horizons"]))
        # As many as there are: none is left out, and none has a target in another part.
        possible = [
            day
            for day in range(params["window"] - 1, borders[-1])
            if all(begin <= day + ahead < end for ahead in params["horizons"])
        ]
        assert today.tolist() == possible


@given(layouts(), st.data())
def test_what_comes_after_a_moment_changes_nothing_before_it(series, layout, data):
    train, params = layout
    days = train + params["validation"] + params["test"]
    moment = data.draw(st.integers(0, days))
    values = np.random.default_rng(0).normal(size=(2, days))
    later = values + 100 * (np.arange(days) >= moment)
    before, after = (
        series({"warmth": warmth, "wind": wind}, features=("wind",), **params).parts
        for warmth, wind in (values.tolist(), later.tolist())
    )
    knows = series({"day": range(days)}, **params).parts
    changed = 0
    for old, new, numbers in zip(before, after, knows, strict=True):
        seen = numbers.inputs[:, -1, 0] < moment
        reached = numbers.targets < moment
        assert torch.equal(old.inputs[seen], new.inputs[seen])
        assert torch.equal(old.targets[reached], new.targets[reached])
        changed += int((old.targets != new.targets).sum()) - int((~reached).sum())
    assert changed == 0


def test_features_are_the_target_the_others_and_the_season(series):
    values = np.random.default_rng(0).normal(size=(3, 100)).astype(np.float32)
    columns = dict(zip(("wind", "warmth", "rain"), values.tolist(), strict=True))
    data = series(columns, target="warmth", features=("rain",), window=5, horizons=(1, 3), unit="°C")
    assert data.spec.features == ("warmth", "rain", "year-sine", "year-cosine")
    assert (data.spec.unit, data.spec.horizons, data.spec.input_shape) == ("°C", (1, 3), (5, 4))
    inputs, targets = data.parts.train
    assert inputs.dtype == targets.dtype == torch.float32
    np.testing.assert_array_equal(inputs[7, :, :2], values[[1, 2], 7:12].T)
    np.testing.assert_array_equal(targets[7], values[1, [12, 14]])
    angles = torch.atan2(*inputs[..., list(data.spec.season)].unbind(-1))
    turns = (angles[1:, -1] - angles[:-1, -1]).remainder(2 * torch.pi) * 365.25 / (2 * torch.pi)
    np.testing.assert_allclose(turns, 1, atol=0.005)


def test_the_specification_is_known_before_the_file_is_there():
    spec = TimeSeries("nowhere.csv", "warmth", features=("rain",), window=4).spec
    assert (spec.task, spec.input_shape, spec.horizons) == ("forecasting", (4, 4), (1, 7, 30))


def test_a_season_goes_around_once_a_year():
    days = [date(2004, 1, 1), date(2004, 7, 2), date(2005, 1, 1), date(2005, 4, 2), date(2004, 12, 31)]
    expected = np.array([0, 0.5, 0, 91 / 365, 365 / 366]) * 2 * np.pi
    np.testing.assert_allclose(seasons(days), np.column_stack([np.sin(expected), np.cos(expected)]), atol=1e-12)


def test_the_same_file_is_the_same_data(series):
    columns = {"warmth": np.arange(100.0), "rain": np.ones(100)}
    short = {"window": 5, "horizons": (1,)}
    known = series(columns, **short).fingerprint()
    assert series(columns, **short).fingerprint() == known
    assert series({**columns, "warmth": np.arange(100.0) + 1e-3}, **short).fingerprint() != known
    assert series(columns, features=("rain",), **short).fingerprint() != known


HEADER = "date,warmth,rain\n"
ROWS = [f"2004-01-{day:02},{day}.5,0" for day in range(1, 32)]


def test_a_file_is_read_as_numpy_reads_it(text):
    content = "\ufeff" + HEADER.replace(",", ',"', 1).replace(",rain", '",rain') + "\r\n".join(ROWS).replace("-", "")
    data = text(content, window=2, horizons=(1,), validation=3, test=4)
    data.prepare_data()
    expected = np.genfromtxt(content[1:].splitlines(), delimiter=",", skip_header=1)[:, 1]
    assert torch.cat([part.targets for part in data.parts]).squeeze(1).tolist() == expected[2:].tolist()


def changed(line, row):
    """A file of which one line, counted from 1 with the header, is another."""
    lines = [HEADER.strip(), *ROWS]
    lines[line - 1] = row
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("content", "params", "message"),
    [
        ("", {}, r"text.csv has no column 'date' \(there are none"),
        (HEADER, {}, "text.csv has no rows"),
        (HEADER, {"target": "wramth"}, "no column 'wramth'.*did you mean 'warmth'.*allowed: date, rain, warmth"),
        (HEADER, {"features": ("snow",)}, "no column 'snow'"),
        (HEADER, {"date": "Date"}, "no column 'Date'.*did you mean 'date'"),
        ("date;warmth\n2004-01-01;3", {}, "no column 'date'.*allowed: date;warmth"),
        ("date,warmth,warmth\n", {}, "several columns 'warmth'"),
        (changed(5, "2004-01-05,1,0"), {}, r"text.csv, line 5: 2004-01-05 comes 2 days after 2004-01-03"),
        (changed(5, "2004-01-03,1,0"), {}, "line 5: 2004-01-03 comes 0 days after"),
        (changed(5, "04.01.2004,1,0"), {}, "line 5: '04.01.2004' is no date"),
        (changed(5, ",1,0"), {}, "line 5: '' is no date"),
        (changed(2, "2004-01-01,,0"), {}, "line 2: 'warmth' is missing"),
        (changed(2, "2004-01-01,  ,0"), {}, "line 2: 'warmth' is missing"),
        (changed(32, "2004-01-31"), {}, "line 32: 'warmth' is missing"),
        (changed(9, "2004-01-08,nan,0"), {}, "line 9: 'warmth' is missing"),
        (changed(9, "2004-01-08,cold,0"), {}, r"line 9: 'warmth' is 'cold' \(it must be a number"),
        (changed(9, "2004-01-08,1,none"), {"features": ("rain",)}, "line 9: 'rain' is 'none'"),
        (changed(9, "2004-01-08,inf,0"), {}, "line 9: 'warmth' is 'inf'"),
        (changed(9, "2004-01-08,1,5,0"), {}, "line 9: more values than the 3 columns"),
        (changed(9, '2004-01-08,"1,0'), {}, "text.csv cannot be read"),
        (b"date,warmth\n2004-01-01,\xff", {}, "text.csv cannot be read.*UTF-8"),
        (changed(2, ROWS[0]), {}, "text.csv has 31 days, of which none are left to train on"),
        (
            changed(2, ROWS[0]),
            {"validation": 3, "test": 3, "window": 32},
            "training part.* has 25 days.*a window of 32",
        ),
        (
            changed(2, ROWS[0]),
            {"validation": 3, "test": 8, "horizons": (1, 4)},
            "validation part.* has 3 days.*up to 4",
        ),
        (changed(2, ROWS[0]), {"validation": 8, "test": 3, "horizons": (1, 4)}, "test part.* has 3 days.*up to 4"),
    ],
)
def test_what_is_no_daily_series_is_told_in_one_line(text, content, params, message):
    data = text(content, **{"window": 3, "horizons": (1,), **params})
    with pytest.raises(BenchError, match=message) as caught:
        data.prepare_data()
    assert "\n" not in str(caught.value)


def test_what_a_forecast_does_not_need_may_be_missing(text):
    data = text(changed(9, "2004-01-08,1,"), window=2, horizons=(1,), validation=3, test=3)
    data.prepare_data()
    assert len(data.parts.train.inputs) == 23


def test_a_file_that_is_not_there_is_missing_data(data_root):
    with pytest.raises(DataMissing, match=r"row a day.*--data.*https://") as caught:
        TimeSeries("weather/nowhere.csv", "warmth").prepare_data()
    assert str(data_root / "weather" / "nowhere.csv") in str(caught.value)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"features": ("warmth",)}, "'warmth' is asked for twice"),
        ({"features": ("rain", "rain")}, "'rain' is asked for twice"),
        ({"horizons": (7, 1)}, "horizons have to increase"),
        ({"horizons": (1, 1)}, "horizons have to increase"),
    ],
)
def test_what_contradicts_itself_is_refused_before_anything_is_read(params, message):
    with pytest.raises(Unsuitable, match=message):
        TimeSeries("nowhere.csv", "warmth", **params)


@pytest.mark.parametrize(
    ("name", "value"),
    [("window", 0), ("horizons", []), ("horizons", [0]), ("horizons", 1), ("validation", 0), ("test", -1), ("file", 3)],
)
def test_a_senseless_value_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(TimeSeries, {"file": "a.csv", "target": "warmth", name: value})
