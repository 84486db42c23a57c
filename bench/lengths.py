"""The sequence axis of an artifact's inputs: how long it is, and at which lengths the artifact is scored and timed."""

from collections.abc import Collection, Sequence

from bench.errors import BenchError
from bench.records import Export, TensorSpec

Inputs = Sequence[TensorSpec]


def usual_length(inputs: Inputs) -> int | None:
    """The length that the sequences usually have; None if no input has an axis for them."""
    return next((one.shape[one.sequence] for one in inputs if one.sequence is not None), None)


def longest_length(inputs: Inputs) -> int | None:
    """How long the sequences may be; None: as long as one likes."""
    return min((one.longest for one in inputs if one.longest is not None), default=None)


def timed_lengths(inputs: Inputs, asked: Collection[int]) -> tuple[int | None, ...]:
    """The lengths at which an artifact is timed: those asked for, or the usual one; None without a sequence axis.

    :param asked: empty if nobody asks for any
    """
    usual = usual_length(inputs)
    return (None,) if usual is None else tuple(asked) or (usual,)


def other_lengths(inputs: Inputs, asked: Collection[int]) -> tuple[int, ...]:
    """The lengths other than the usual one at which an artifact has to answer as its torch model does.

    They are those at which it is timed; if there is none, half of the usual length, and twice as much or the longest.
    """
    usual, longest = usual_length(inputs), longest_length(inputs)
    if usual is None:
        return ()
    timed = tuple(length for length in asked if length != usual)
    twice = 2 * usual if longest is None else min(2 * usual, longest)
    return timed or tuple(length for length in (usual // 2, twice) if length not in (0, usual))


def check_sequences(part: Export) -> None:
    """Refuse inputs whose sequence axis cannot be.

    :raises BenchError: for an axis that is not there, inputs of different lengths, or a usual one that is too long
    """
    usual, longest = None, longest_length(part.inputs)
    for one in part.inputs:
        if one.sequence is None:
            continue
        if one.sequence not in range(len(one.shape)):
            axes = f"its shape without the batch axis is {one.shape}"
            raise BenchError(f"the input {one.name!r} of {part.name} has no axis {one.sequence}", axes)
        length = one.shape[one.sequence]
        usual = usual or length
        if length != usual:
            message = f"the sequences of {part.name} have to share one length, and that of {one.name!r} is {length}"
            raise BenchError(message, f"that of another is {usual}")
    if usual and longest and usual > longest:
        raise BenchError(f"the sequences of {part.name} usually have {usual} steps, and {longest} are the longest")
