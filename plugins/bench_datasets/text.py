"""A text, and at each place of it the token that comes next."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from bench import BenchError, DataMissing, DataSpec, data_root, suggestion
from bench_datasets.tensors import Batches, Part, Parts, TensorDataModule
from bench_datasets.tokens import TextBatches, Unit, most_frequent, numbered, rows_of, tokens_of

# Where the parts to train and to test with begin, as shares of the text.
TRAIN, TEST = 0.05, 0.9

# So many words make a vocabulary if nothing else is said; and so many tokens are looked at together without training.
WORDS = 2000
TOGETHER = 65_536


class Text(TensorDataModule):
    """Rows (length,) of a text's tokens as numbers, and the same rows one token on: what comes next at each place.

    The last 10 % of the text are to test with: what nanoGPT calls its validation part and reports its figures of. The
    first 5 % are to validate, and what lies between to train: next to the test as there, since a text is most like what
    is next to it. Rows to train on are cut at a new place in every epoch. The others lie side by side: the first tokens
    of a row have little before them, and are scored as all others are.

    :param file: a text in UTF-8: its name in the folder `text` of the data root, or its path; None: the reference of
        the language that every Python carries (`pydoc_data.topics`), some 500,000 characters by its version
    :param unit: what a token is: a `character`, or a `word` or punctuation with the space before it
    :param length: tokens in a row
    :param vocabulary: how many of the training part's most frequent tokens have numbers of their own; all others have
        one together. None: all characters that the text has, or 2,000 words
    :param order: of rows to train on: `random`, or `consecutive`, where a row goes on where the same row of the batch
        before has ended, as a memory needs it
    :param held_out: tokens to validate with at most, and as many to test with
    :raises DataMissing: if there is no such file
    :raises BenchError: if it is no text, or a part of it is too short for a row
    """

    def __init__(
        self,
        file: str | None = None,
        unit: Unit = "character",
        length: PositiveInt = 64,
        vocabulary: PositiveInt | None = None,
        order: Literal["random", "consecutive"] = "random",
        held_out: Annotated[int, Field(ge=2)] = 131_072,
    ) -> None:
        tokens = tokens_of(_reference() if file is None else _read(_path(file)), unit)
        self.validation, self.train, self.test = _split(tokens, held_out)
        shortest = min(len(self.validation), len(self.test))
        if shortest <= length:
            raise BenchError(
                f"{file or 'the reference of Python'} has {len(tokens):,} tokens: a part of {shortest:,} to validate "
                f"or test with is too short for a row of {length:,}",
                f"the `length` may be {shortest - 1:,} at most" if shortest > 1 else "it needs a longer text",
            )
        if unit == "word" or vocabulary is not None:
            known = most_frequent(self.train, vocabulary or WORDS)
        else:
            known = tuple(sorted(set(tokens)))
        super().__init__(
            DataSpec("language-modelling", (length,), "int64", vocabulary=known, is_consecutive=order == "consecutive")
        )
        self.length = length

    def load(self) -> Parts:
        self.numbers = numbered(self.train, self.spec.vocabulary)
        held = (numbered(part, self.spec.vocabulary) for part in (self.validation, self.test))
        return Parts(*(rows_of(numbers, self.length) for numbers in (self.numbers, *held)))

    def fingerprint(self) -> str:
        """SHA-256 over the vocabulary and the content of all three parts."""
        return hashlib.sha256("\0".join((*self.spec.vocabulary, super().fingerprint())).encode()).hexdigest()

    def train_dataloader(self) -> TextBatches:
        self.setup()
        return TextBatches(self._moved(self.numbers), self.length, self.batch_size, self.spec.is_consecutive)

    def val_dataloader(self) -> Batches:
        return self._side_by_side(self._on_device(self._loaded().validation))

    def test_dataloader(self) -> Batches:
        return self._side_by_side(self._loaded().test)

    def _side_by_side(self, part: Part) -> Batches:
        return Batches(part, max(1, TOGETHER // self.length))


def _reference() -> str:
    """The reference of the language, as `help()` shows it, by topic."""
    from pydoc_data.topics import topics

    return "\n\n".join(topics[name] for name in sorted(topics))


def _path(file: str) -> Path:
    """Where a file is.

    :raises DataMissing: if it is not there
    """
    folder = data_root() / "text"
    path = folder / file
    if not path.is_file():
        there = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        hint = suggestion(file, there) if there else f"put it into {folder}, or name the folder around that with --data"
        raise DataMissing(f"there is no text {path}", hint)
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BenchError(f"{path} is no text in UTF-8", f"its byte {error.start:,} is none") from error


def _split(tokens: Sequence[str], held_out: int) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """The tokens to validate, to train and to test with, by their places."""
    first, second = (int(share * len(tokens)) for share in (TRAIN, TEST))
    return tokens[:first][:held_out], tokens[first:second], tokens[second:][:held_out]
