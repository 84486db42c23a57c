"""Comparisons without runs: of all verdicts and kinds, and with whatever names come from outside."""

from dataclasses import replace

import pytest

from bench.compare.records import Broken, Comparison, Key, Row, Side, Threshold

HOSTILE = "a|b <script>window.hacked = true</script>\r\n::error::x,y\x00\x1b[31m ]]> *b* `c` ##[error] %0A é\uffff"


class Made:
    """Makes records, each with changes."""

    def row(self, name="latency-p50", group="lenet5@mnist", place="forward onnxruntime fp32 cpu", **changes) -> Row:
        row = Row(
            key=Key(group, place, name),
            kind="timing",
            unit="s",
            higher_is_better=False,
            base=1.2e-3,
            head=1.2744e-3,
            change=0.062,
            interval=(0.051, 0.073),
            detectable=0.03,
            threshold=Threshold(0.05, "gate"),
            verdict="regressed",
            method="geometric means of processes, Welch's t",
        )
        return replace(row, **changes)

    def quality(self, **changes) -> Row:
        row = self.row(
            "accuracy", place="forward onnxruntime fp32", kind="quality", unit="", higher_is_better=True, base=0.986,
            head=0.977, change=0.64, interval=(-0.1, 1.4), detectable=1.1, threshold=Threshold(0.5, ""),
            verdict="inconclusive", notes=("three seeds are few",),
        )  # fmt: skip
        return replace(row, **changes)

    def fact(self, **changes) -> Row:
        row = self.row(
            "bytes", place="forward fp32", kind="fact", unit="B", base=246_824.0, head=246_830.0, change=6 / 246_824,
            interval=None, detectable=None, threshold=Threshold(0.0, "nobody"), verdict="unchanged", method="exact",
        )  # fmt: skip
        return replace(row, **changes)

    def side(self, **changes) -> Side:
        side = Side(
            "20260101-120000-1a2b", "digits", "/runs/digits/20260101-120000-1a2b", "2026-01-01T12:00:00",
            "3026e83a51b2c4d5e6f7", "AMD EPYC, 2 cores, no GPU",
        )  # fmt: skip
        return replace(side, **changes)

    def rows(self) -> tuple[Row, ...]:
        """Of every verdict and kind."""
        return (
            self.row(),
            self.row(
                "throughput", unit="/s", higher_is_better=True, base=8e5, head=7e5, change=0.125, interval=(0.1, 0.15)
            ),
            self.quality(),
            self.row("latency-p99", verdict="inconclusive", interval=None, detectable=None, is_remeasured=True),
            self.row("start", verdict="improved", base=1.0, head=0.8, change=-0.2, interval=(-0.22, -0.18)),
            self.row("latency-p90", verdict="unchanged", change=-0.004, interval=(-0.01, 0.002)),
            self.quality(head=0.986, change=0.0, interval=(-0.02, 0.02), verdict="unchanged", notes=()),
            self.fact(),
        )

    def comparison(self, **changes) -> Comparison:
        comparison = Comparison(
            self.side(),
            self.side(run_id="20260102-120000-3c4d", commit="", folder="/runs/digits/20260102-120000-3c4d"),
            self.rows(),
            new=(Key("mlp@mnist", "forward fp32", "macs"),),
            vanished=(Key("vae@mnist", "decoder fp32", "nodes"),),
            broken=(
                Broken("mlp@mnist#0", "head", "RuntimeError: out of memory"),
                Broken("pca@mnist#0", "base", "it hung"),
                Broken("pca@mnist#0", "head", "it hung"),
            ),
            notes=("the runs were made on different machines",),
        )
        return replace(comparison, **changes)

    def named(self, text: str) -> Comparison:
        """A comparison in which all that comes from outside is this text."""
        key = Key(text, text, text)
        rows = tuple(
            replace(row, key=key, unit=text, notes=(text,), method=text, threshold=Threshold(row.threshold.share, text))
            for row in self.rows()
        )
        side = Side(text, text, text, text, text, text)
        broken = tuple(replace(one, case=text, message=text) for one in self.comparison().broken)
        return Comparison(side, side, rows, (key,), (key,), broken, (text,))

    def huge(self, text: str = "x") -> Comparison:
        """Ten thousand of everything, with long names."""
        rows = tuple(self.row(f"{text * 300}{number}") for number in range(10_000))
        keys = tuple(row.key for row in rows)
        broken = tuple(Broken(f"{text * 300}{number}", "head", text * 5_000) for number in range(10_000))
        notes = tuple(text * 5_000 for _ in range(10_000))
        return Comparison(self.side(machine=text * 5_000), self.side(), rows, keys, keys, broken, notes)

    def empty(self) -> Comparison:
        """Two runs that have nothing in common."""
        return Comparison(self.side(), self.side(suite="other"), ())


@pytest.fixture(scope="session")
def made():
    """See `Made`."""
    return Made()


@pytest.fixture(scope="session")
def hostile():
    """A name that every format could take for something else."""
    return HOSTILE
