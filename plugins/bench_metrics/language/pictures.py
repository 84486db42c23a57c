"""A picture of text that a model of language writes, without a background of its own."""

from typing import Any

import torch
from matplotlib.figure import Figure
from pydantic import PositiveInt
from torch import Tensor

from bench import Evaluation
from bench_metrics.asking import first
from bench_metrics.drawing import COLOURS, INK

# Of the picture: dots an inch, the size of the letters in points and of a line and a letter in pixels, letters a line.
DPI, SIZE, LINE, LETTER, WIDE = 100, 8, 14, 7, 90
MARGIN = 8

# What stands for a character that has no shape of its own.
SHAPELESS = "·"


def sampled_text(
    evaluation: Evaluation, count: PositiveInt = 3, tokens: PositiveInt = 300, prompt: PositiveInt = 16
) -> Figure:
    """Beginnings of test rows in grey, and how the artifact goes on in colour.

    Ancestral sampling by the case's seed: each token is drawn from the probabilities that the artifact gives it after
    all before it, or as many of them as a row has.

    :param count: how many texts
    :param tokens: how many tokens each goes on for
    :param prompt: how many tokens of a row each begins with
    """
    rows = evaluation.inputs
    chosen = rows[torch.linspace(0, len(rows) - 1, min(count, len(rows))).long()]
    begun = chosen[:, : min(prompt, rows.shape[1])]
    written = continued(evaluation, begun, tokens)
    vocabulary = evaluation.spec.vocabulary
    texts = [["".join(vocabulary[number] for number in part) for part in _parts(row, begun)] for row in written]
    return _page([_lines(*text) for text in texts])


def continued(evaluation: Evaluation, begun: Tensor, tokens: int) -> Tensor:
    """Rows (n, begun + tokens) that begin as given, each further token drawn from the artifact's probabilities."""
    generator = torch.Generator().manual_seed(evaluation.seed)
    length = evaluation.inputs.shape[1]
    written = torch.zeros(len(begun), begun.shape[1] + tokens, dtype=begun.dtype)
    written[:, : begun.shape[1]] = begun
    for place in range(begun.shape[1], written.shape[1]):
        # What stands after the last token is not seen, so that a row can have its usual length.
        start = max(0, place - length)
        window = torch.zeros(len(begun), length, dtype=begun.dtype)
        window[:, : place - start] = written[:, start:place]
        logits = first(evaluation.case.call(evaluation.artifact, window))[:, place - start - 1]
        written[:, place] = torch.multinomial(logits.double().softmax(1), 1, generator=generator)[:, 0]
    return written


def _parts(row: Tensor, begun: Tensor) -> tuple[list[int], list[int]]:
    """The numbers of the tokens that were given, and of those that were drawn."""
    return row[: begun.shape[1]].tolist(), row[begun.shape[1] :].tolist()


def _lines(given: str, drawn: str) -> list[tuple[str, str]]:
    """A text in lines, each in what was given and what was drawn of it."""
    lines, left = [], len(given)
    for line in "".join(c if c.isprintable() or c == "\n" else SHAPELESS for c in given + drawn).split("\n"):
        pieces = [line[start : start + WIDE] for start in range(0, len(line), WIDE)] or [""]
        for piece in pieces:
            lines.append((piece[: max(0, left)], piece[max(0, left) :]))
            left -= len(piece)
        left -= 1
    return lines


def _page(texts: list[list[tuple[str, str]]]) -> Figure:
    """Texts below each other, with an empty line between them."""
    lines = [line for text in texts for line in (*text, ("", ""))][:-1]
    width, height = 2 * MARGIN + WIDE * LETTER, 2 * MARGIN + len(lines) * LINE
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="none")
    style: dict[str, Any] = {"family": "monospace", "fontsize": SIZE, "va": "top", "parse_math": False}
    for number, (given, drawn) in enumerate(lines):
        up = 1 - (MARGIN + number * LINE) / height
        for start, text, colour in ((0, given, INK), (len(given), drawn, COLOURS[0])):
            if text.strip():
                figure.text((MARGIN + start * LETTER) / width, up, text, color=colour, **style)
    return figure
