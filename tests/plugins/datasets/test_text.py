"""Texts: nothing is lost between a text and its numbers, parts do not mix, and every place is followed by its own."""

from itertools import pairwise
from pydoc_data.topics import topics

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import BenchError, DataMissing
from bench.signature import ParameterError, checked
from bench_datasets.text import Text
from bench_datasets.tokens import UNKNOWN, TextBatches, most_frequent, numbered, rows_of, tokens_of

TEXT = "the cat sat on the mat; the dog did not.\n" * 100


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a text into the folder that files are looked for in."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    (tmp_path / "text").mkdir()
    return lambda name, text: (tmp_path / "text" / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def reference():
    data = Text()
    data.setup()
    return data


def read(data, numbers):
    return "".join(data.spec.vocabulary[number] for number in numbers.flatten())


@given(st.text(), st.sampled_from(["character", "word"]))
def test_tokens_side_by_side_are_the_text(text, unit):
    assert "".join(tokens_of(text, unit)) == text


def test_words_have_the_space_before_them():
    assert tokens_of("He said: don't,\n  42 times.", "word") == [
        *("He", " said", ":", " don", "'", "t", ",", "\n", " ", " 42", " times", ".")
    ]


def test_a_vocabulary_has_the_most_frequent_and_one_for_all_others():
    assert most_frequent("abracadabra", 2) == ("a", "b", UNKNOWN)  # b and r are equally frequent
    assert numbered("bracket", ("a", "b", UNKNOWN)).tolist() == [1, 2, 0, 2, 2, 2, 2]


@given(st.integers(2, 200), st.integers(1, 40))
def test_rows_are_the_text_and_targets_what_comes_next(size, length):
    numbers = torch.arange(size)
    inputs, targets = rows_of(numbers, min(length, size - 1))
    flat = inputs.flatten()
    assert torch.equal(flat, numbers[: len(flat)])
    assert torch.equal(targets, inputs + 1)
    assert size - 1 - len(flat) < length


@given(st.integers(1, 20), st.integers(1, 30), st.integers(2, 400), st.integers(0, 99))
def test_an_epoch_sees_every_token_once_but_for_the_ends(length, batch_size, extra, seed):
    torch.manual_seed(seed)
    batches = TextBatches(torch.arange(2 * length + extra), length, batch_size)
    found = list(batches)
    assert len(found) == len(batches)
    inputs = torch.cat([inputs for inputs, _ in found])
    assert all(torch.equal(targets, inputs + 1) for inputs, targets in found)
    seen = inputs.flatten().sort().values
    assert torch.equal(seen, torch.arange(len(seen)) + seen[0])
    assert seen[0] < length
    assert len(seen) > extra


def test_every_epoch_cuts_and_orders_the_text_anew_by_torchs_seed():
    batches = TextBatches(torch.arange(1000), 10, 7)
    epochs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        epochs.append(torch.cat([inputs for inputs, _ in batches]))
    assert torch.equal(epochs[0], epochs[1])
    assert set(epochs[0][:, 0].tolist()) != set(epochs[2][:, 0].tolist())
    assert epochs[0][:, 0].tolist() != sorted(epochs[0][:, 0].tolist())


@given(st.integers(1, 12), st.integers(1, 9), st.integers(2, 300))
def test_consecutive_rows_go_on_where_they_ended(length, batch_size, extra):
    batches = TextBatches(torch.arange(2 * length + extra), length, batch_size, is_consecutive=True)
    found = list(batches)
    assert len(found) == len(batches)
    for (_, before), (after, _) in pairwise(found):
        assert torch.equal(before[:, -1], after[:, 0])


def test_the_reference_of_python_is_split_by_position(reference):
    text = "\n\n".join(topics[name] for name in sorted(topics))
    train, validation, test = (read(reference, part.inputs) for part in reference.parts)
    first, second = int(0.05 * len(text)), int(0.9 * len(text))
    for part, start, end in ((validation, 0, first), (train, first, second), (test, second, len(text))):
        assert text[start:end].startswith(part)
        assert 1 <= end - start - len(part) <= 64
    assert reference.spec.vocabulary == tuple(sorted(set(text)))
    for inputs, targets in reference.parts:
        assert inputs.dtype == torch.int64
        assert inputs.shape[1:] == targets.shape[1:] == reference.spec.input_shape
        assert torch.equal(inputs[:, 1:], targets[:, :-1])


def test_loaders_give_all_rows_and_train_on_none_that_is_held_out(reference):
    rows = torch.cat([inputs for inputs, _ in reference.test_dataloader()])
    assert torch.equal(rows, reference.parts.test.inputs)
    assert len(next(iter(reference.val_dataloader()))[0]) == len(reference.parts.validation.inputs)
    everything = sum(map(len, (reference.train, reference.validation, reference.test)))
    whole = numbered(reference.train, reference.spec.vocabulary)
    assert torch.equal(reference.train_dataloader().numbers, whole)
    assert len(whole) == int(0.9 * everything) - int(0.05 * everything)


def test_a_file_is_found_by_its_name_or_its_path(write, tmp_path):
    write("cats.txt", TEXT)
    by_name, by_path = Text("cats.txt", length=8), Text(str(tmp_path / "text" / "cats.txt"), length=8)
    by_name.setup()
    assert by_name.fingerprint() == by_path.fingerprint() != Text("cats.txt", length=9).fingerprint()
    assert TEXT.startswith(read(by_name, by_name.parts.validation.inputs))


def test_texts_that_differ_in_their_letters_alone_have_fingerprints_of_their_own(write):
    for name, text in (("one", "abc" * 200), ("other", "bcd" * 200)):
        write(name, text)
    one, other = Text("one", length=8), Text("other", length=8)
    one.setup()
    other.setup()
    assert torch.equal(one.parts.train.inputs, other.parts.train.inputs)
    assert one.fingerprint() != other.fingerprint()


def test_rare_characters_and_words_share_a_token(write):
    write("cats.txt", TEXT)
    for unit, count, last in (("character", 3, UNKNOWN), ("word", 5, UNKNOWN)):
        data = Text("cats.txt", unit, length=8, vocabulary=count)
        data.setup()
        assert len(data.spec.vocabulary) == count + 1
        assert data.spec.vocabulary[-1] == last
        assert int(data.parts.train.inputs.max()) == count


def test_a_vocabulary_is_chosen_on_the_training_part(write):
    write("cats.txt", "b" * 50 + "a" * 850 + "b" * 100)
    assert Text("cats.txt", length=8, vocabulary=5).spec.vocabulary == ("a", UNKNOWN)
    assert Text("cats.txt", length=8).spec.vocabulary == ("a", "b")


def test_no_more_is_held_out_than_asked_for():
    data = Text(length=16, held_out=200)
    data.setup()
    assert [len(part.inputs) for part in data.parts[1:]] == [12, 12]
    assert len(data.parts.train.inputs) > 20_000


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(write):
    write("shakespeare.txt", TEXT)
    with pytest.raises(DataMissing, match=r"no text .*shakespear.txt \(did you mean 'shakespeare.txt'\? allowed: sh"):
        Text("shakespear.txt")


def test_without_any_file_the_folder_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    with pytest.raises(DataMissing) as caught:
        Text("cats.txt")
    assert f"put it into {tmp_path / 'text'}" in str(caught.value)


def test_a_part_that_is_too_short_is_told_with_the_length_that_is_not(write):
    write("cats.txt", "abcde" * 80)
    with pytest.raises(BenchError, match=r"cats.txt has 400 tokens: .* of 20 .* is too short for a row of 20 .* 19 at"):
        Text("cats.txt", length=20)
    Text("cats.txt", length=19).setup()
    with pytest.raises(BenchError, match="row of 30"):
        Text(length=30, held_out=30)
    write("empty.txt", "")
    with pytest.raises(BenchError, match="longer text"):
        Text("empty.txt")


def test_what_is_no_text_is_refused(write, tmp_path):
    (tmp_path / "text" / "picture").write_bytes(b"abc\xff\xfe")
    with pytest.raises(BenchError, match=r"no text in UTF-8 \(its byte 3"):
        Text("picture")


@pytest.mark.parametrize(
    ("name", "value"), [("unit", "byte"), ("length", 0), ("vocabulary", 0), ("order", "sorted"), ("held_out", 1)]
)
def test_a_senseless_value_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^{name}: "):
        checked(Text, {name: value})
