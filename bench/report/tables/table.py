"""A table of text, whatever writes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.report.formats import NOTHING


@dataclass(frozen=True)
class Table:
    """A table of text: `words` columns of words, then columns of figures. `note` says how to read it."""

    title: str
    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: int
    note: str = ""

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold figures, which are aligned to the right."""
        return [column >= self.words for column in range(len(self.headers))]

    def cells(self, header: str) -> list[str]:
        """The column under a header."""
        column = self.headers.index(header)
        return [row[column] for row in self.rows]

    def without(self, *headers: str) -> "Table":
        """The table without some of its columns."""
        kept = [n for n, header in enumerate(self.headers) if header not in headers]
        rows = [tuple(row[n] for n in kept) for row in self.rows]
        return replace(
            self, headers=tuple(self.headers[n] for n in kept), rows=rows, words=sum(n < self.words for n in kept)
        )

    def without_empty(self, *headers: str) -> "Table":
        """The table without those of the named columns that have no figure in any row."""
        return self.without(*(header for header in headers if all(map(is_empty, self.cells(header)))))


def is_empty(cell: str) -> bool:
    """Whether a cell has no figure, though it may say why."""
    return cell in ("", NOTHING) or cell.startswith(f"{NOTHING} (")
