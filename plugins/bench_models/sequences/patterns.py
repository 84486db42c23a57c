"""In which order a transformer's blocks are stacked: patterns over s, f and i."""

from math import ceil

from bench import Unsuitable, suggestion

LETTERS = {"s": "self-attention", "f": "feed-forward", "i": "identity"}

# Of how many blocks one attends, and in which share of all blocks the last of them lies.
RATIO, REACH = 5, (2, 3)


def interleaved(blocks: int) -> str:
    """s f s f ...: the layers of Vaswani et al. (2017), arXiv 1706.03762, of two blocks each."""
    return ("sf" * blocks)[:blocks]


def par(blocks: int) -> str:
    """One block in five attends, evenly spaced and all within the first two thirds; the others are feed-forward.

    The findings of Mandava et al. (2020), arXiv 2009.04534, section 4, in whole numbers: 32 blocks are (s f f f) x 6
    and 8 f, where the interleaved baseline has 16 that attend; 24 blocks are (s f f f) x 4 and 8 f.
    """
    count = max(1, blocks // RATIO)
    reach = ceil(blocks * REACH[0] / REACH[1])
    apart = ceil(blocks * REACH[0] / REACH[1] / count)
    if count > 1:
        apart = min(apart, (reach - 1) // (count - 1))
    attending = range(0, count * apart, apart)
    return "".join("s" if place in attending else "f" for place in range(blocks))


NAMED = {"interleaved": interleaved, "par": par}


def letters(pattern: str, blocks: int) -> str:
    """The letters of a pattern, one for each block: of a named one so many, of an explicit one its own.

    :param pattern: `interleaved`, `par`, or any text of s, f and i
    :raises Unsuitable: for another letter, or without any block that computes
    """
    if pattern in NAMED:
        return NAMED[pattern](blocks)
    unknown = next((letter for letter in pattern if letter not in LETTERS), None)
    if unknown is not None:
        known = ", ".join(f"{letter} is {name}" for letter, name in LETTERS.items())
        hint = f"{known}; or a name: {suggestion(pattern, NAMED)}"
        raise Unsuitable(f"unknown letter {unknown!r} in the pattern {pattern!r}", hint)
    if not set(pattern) & {"s", "f"}:
        raise Unsuitable(f"the pattern {pattern!r} has no block that computes", "s is self-attention, f feed-forward")
    return pattern
