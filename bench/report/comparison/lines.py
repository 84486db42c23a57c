"""What came from outside, as a line."""

from bench.report.wording import plain

# A name, a message or a note from outside is cut after so many characters.
MOST = 200


def line(text: str, most: int = MOST) -> str:
    """A text from outside in one line, without control characters, cut where it is too long."""
    text = " ".join(plain(text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def left_over(count: int, what: str = "more") -> str:
    """How many do not fit."""
    return f"and {count:,} {what}"
