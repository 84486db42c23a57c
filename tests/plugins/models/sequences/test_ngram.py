"""N-grams against counting by hand, and against the definition of Chen & Goodman (1999) word for word."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import BenchError, DataSpec, Unsuitable
from bench_datasets.tensors import Part, Parts
from bench_datasets.text import Text
from bench_datasets.tokens import rows_of
from bench_models.sequences import ngram
from bench_models.sequences.ngram import NGram


class Data:
    """A dataset whose training part is a text."""

    def __init__(self, tokens, length):
        part = rows_of(torch.tensor(tokens), length)
        self.parts = Parts(part, Part(part.inputs, part.targets), part)


def fitted(spec, tokens, order, vocabulary=4, length=1):
    model = NGram(spec(vocabulary, length), order)
    model.fit(Data(tokens, length))
    return model


def after(model, context):
    """The probabilities of what comes next."""
    with torch.no_grad():
        return model(torch.tensor([context])).exp()[0, -1].tolist()


class Definition:
    """Interpolated Kneser-Ney with three discounts: equation 20 of Chen & Goodman, by recursion."""

    def __init__(self, tokens, order, vocabulary):
        self.vocabulary = vocabulary
        self.counts = {order: Counter(zip(*(tokens[start:] for start in range(order)), strict=False))}
        for n in range(order - 1, 0, -1):
            self.counts[n] = Counter(gram[1:] for gram in self.counts[n + 1])
        self.order = order

    def discount(self, n, count):
        of = {k: max(1, sum(c == k for c in self.counts[n].values())) for k in (1, 2, 3, 4)}
        y = of[1] / (of[1] + 2 * of[2])
        k = min(count, 3)
        return min(max(k - (k + 1) * y * of[k + 1] / of[k], 0.1), k)

    def probability(self, context, token):
        n = len(context) + 1
        followers = {gram[-1]: count for gram, count in self.counts[n].items() if gram[:-1] == context}
        shorter = self.probability(context[1:], token) if context else 1 / self.vocabulary
        if not followers:
            return shorter
        total = sum(followers.values())
        kept = sum(self.discount(n, count) for count in followers.values()) / total
        own = (followers[token] - self.discount(n, followers[token])) / total if token in followers else 0
        return own + kept * shorter


@given(
    tokens=st.lists(st.integers(0, 3), min_size=6, max_size=60),
    order=st.integers(1, 4),
    context=st.lists(st.integers(0, 3), min_size=1, max_size=6),
)
def test_probabilities_are_those_of_the_definition(spec, tokens, order, context):
    model, definition = fitted(spec, tokens, order), Definition(tokens, order, 4)
    seen = tuple(context[max(0, len(context) - order + 1) :])
    expected = [definition.probability(seen, token) for token in range(4)]
    found = after(model, context)
    assert found == pytest.approx(expected, rel=1e-4)
    assert sum(found) == pytest.approx(1, rel=1e-4)


def test_a_unigram_counted_by_hand(spec):
    # Of a a a a b b c: counts 4, 2, 1, and 0 of d. n1 = n2 = n4 = 1, n3 is taken for 1 too; y = 1/3.
    # Discounts: 1 - 2/3 = 1/3 of c, 2 - 1 = 1 of b, 3 - 4/3 = 5/3 of a: 3 in all, of which each gets a quarter.
    found = after(fitted(spec, [0, 0, 0, 0, 1, 1, 2], 1), [3])
    share = 3 / 7 / 4
    assert found == pytest.approx([7 / 3 / 7 + share, 1 / 7 + share, 2 / 3 / 7 + share, share], rel=1e-5)


def test_what_follows_many_different_tokens_is_more_probable_anew(spec):
    """Kneser & Ney's own example: Francisco is frequent, but follows San alone."""
    san, francisco, the, cat = range(4)
    tokens = [san, francisco] * 20 + [the, cat, san, cat, francisco, cat, cat, the] * 3
    found = after(fitted(spec, tokens, 2), [the])
    assert found[cat] > found[francisco]
    assert Counter(tokens)[francisco] > Counter(tokens)[cat]


@given(st.integers(1, 30), st.integers(0, 99))
def test_only_the_last_tokens_matter(spec, length, seed):
    generator = torch.Generator().manual_seed(seed)
    model = fitted(spec, torch.randint(4, (300,), generator=generator).tolist(), 3)
    row = torch.randint(4, (length,), generator=generator).tolist()
    assert after(model, row) == after(model, row[-2:])


def test_rows_are_counted_as_one_text(spec):
    tokens = torch.randint(4, (61,), generator=torch.Generator().manual_seed(0)).tolist()
    ones, tens = (fitted(spec, tokens, 3, length=length) for length in (1, 10))
    torch.testing.assert_close(ones.log_probabilities, tens.log_probabilities)


def test_a_checkpoint_holds_tables_of_any_size(spec, tmp_path):
    model = fitted(spec, [0, 1, 2, 3, 0, 1, 1, 2], 3)
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    again = NGram(spec(4, 1), 3)
    again.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    tokens = torch.tensor([[0, 1, 2, 3, 3, 1]])
    torch.testing.assert_close(again(tokens), model(tokens))


def test_longer_contexts_predict_a_text_better():
    data = Text(length=64)
    data.setup()
    tokens, targets = data.parts.test
    losses = []
    for order in (1, 2, 3, 4):
        model = NGram(data.spec, order)
        model.fit(data)
        losses.append(torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten()).item())
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 3
    assert losses[-1] < 1.6


def test_a_vocabulary_that_is_too_large_for_an_order_is_refused(spec):
    NGram(spec(20), 14)
    with pytest.raises(Unsuitable, match="order 15 takes no vocabulary of 20"):
        NGram(spec(20), 15)


def test_more_contexts_than_a_graph_holds_are_told_when_they_are_counted(spec, monkeypatch):
    monkeypatch.setattr(ngram, "MOST", 40)
    tokens = torch.randint(4, (300,), generator=torch.Generator().manual_seed(0)).tolist()
    fitted(spec, tokens, 2)
    with pytest.raises(BenchError, match="ngram of order 3 has 84 probabilities, and a graph holds 40"):
        fitted(spec, tokens, 3)


def test_data_without_a_vocabulary_is_refused():
    with pytest.raises(Unsuitable, match="needs data with a vocabulary"):
        NGram(DataSpec("classification", (8,), classes=3))
