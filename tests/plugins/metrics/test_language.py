"""Figures of language models against torchmetrics and arithmetic by hand; how much attends; and text that is drawn."""

import math

import pytest
import torch
from matplotlib import colors
from torch import nn
from torchmetrics.text import Perplexity as TheirPerplexity

from bench import DataSpec, Export, TensorSpec, Unsuitable
from bench_datasets.tokens import UNKNOWN
from bench_metrics.drawing import COLOURS, INK
from bench_metrics.language.attention import attention_share
from bench_metrics.language.pictures import continued, sampled_text
from bench_metrics.language.scores import BitsPerCharacter, NatsPerToken, NextTokenAccuracy, Perplexity
from bench_metrics.language.search_picture import architecture
from bench_models.sequences.rnn import RNN
from bench_models.sequences.transformer import Transformer

LETTERS = ("a", "b", "c", "d", "\n")


def spec(vocabulary=LETTERS, length=7):
    return DataSpec("language-modelling", (length,), "int64", vocabulary=vocabulary)


@pytest.fixture(scope="module")
def answered():
    """Logits of ten rows, and what came next."""
    generator = torch.Generator().manual_seed(0)
    return 3 * torch.randn(10, 7, 5, generator=generator), torch.randint(5, (10, 7), generator=generator)


def computed(metric, logits, targets, rows=4):
    for batch in zip(logits.split(rows), targets.split(rows), strict=True):
        metric.update(*batch)
    return float(metric.compute())


def test_nats_are_the_mean_over_all_places_whatever_the_batches(answered):
    logits, targets = answered
    probabilities = logits.double().softmax(2).gather(2, targets.unsqueeze(2))
    expected = pytest.approx(float(-probabilities.log().mean()), rel=1e-6)
    assert computed(NatsPerToken(spec()), logits, targets) == expected
    assert computed(NatsPerToken(spec()), logits, targets, rows=10) == expected


def test_a_uniform_model_has_the_log_of_the_vocabulary(answered):
    _, targets = answered
    logits = torch.zeros(10, 7, 5)
    assert computed(NatsPerToken(spec()), logits, targets) == pytest.approx(math.log(5))
    assert computed(BitsPerCharacter(spec()), logits, targets) == pytest.approx(math.log2(5))
    assert computed(Perplexity(spec()), logits, targets) == pytest.approx(5)


def test_perplexity_is_torchmetrics_own(answered):
    theirs = TheirPerplexity()
    theirs.update(*answered)
    assert computed(Perplexity(spec()), *answered) == pytest.approx(float(theirs.compute()), rel=1e-5)


def test_of_characters_bits_are_nats_by_the_log_of_two(answered):
    nats = computed(NatsPerToken(spec()), *answered)
    assert computed(BitsPerCharacter(spec()), *answered) == pytest.approx(nats / math.log(2))


def test_of_words_bits_are_shared_among_their_characters(answered):
    logits, targets = answered
    words = ("a", " the", " dog", "s", "\n")
    nats = computed(NatsPerToken(spec(words)), logits, targets)
    characters = sum(len(words[number]) for number in targets.flatten())
    expected = nats * targets.numel() / math.log(2) / characters
    assert computed(BitsPerCharacter(spec(words)), logits, targets) == pytest.approx(expected)


def test_what_is_unknown_has_no_characters():
    with pytest.raises(Unsuitable, match="every token"):
        BitsPerCharacter(spec(("a", UNKNOWN)))


def test_accuracy_is_the_share_of_right_places(answered):
    logits, targets = answered
    right = sum(int(logits[row, place].argmax() == targets[row, place]) for row in range(10) for place in range(7))
    assert computed(NextTokenAccuracy(spec()), logits, targets) == pytest.approx(right / 70)


def of_model(evaluate, model, length):
    """The evaluation of a language model."""
    tokens = torch.randint(5, (3, length), generator=torch.Generator().manual_seed(0))
    return evaluate(model.exports(), "forward", tokens, task="language-modelling", vocabulary=LETTERS)


@pytest.mark.parametrize("length", [8, 64])
@pytest.mark.parametrize("pattern", ["sf", "sffsff", "ss"])
def test_attention_has_its_share_of_the_arithmetic(evaluate, pattern, length):
    width = 16
    model = Transformer(spec(length=length), pattern=pattern, width=width, heads=2).eval()
    s, f = pattern.count("s"), pattern.count("f")
    attending = s * (4 * width**2 + 2 * length * width)
    expected = attending / (attending + f * 8 * width**2 + 5 * width)
    assert attention_share(of_model(evaluate, model, length)) == pytest.approx(expected)


def test_the_share_of_attention_grows_with_the_length_of_a_row(evaluate):
    shares = [attention_share(of_model(evaluate, Transformer(spec(length=n)).eval(), n)) for n in (16, 128, 512)]
    assert shares == sorted(shares)
    assert shares[0] < 0.35
    assert shares[-1] > 0.55


def test_a_recurrent_net_has_no_attention(evaluate):
    assert attention_share(of_model(evaluate, RNN(spec(), width=8).eval(), 7)) == 0


def test_what_multiplies_nothing_has_no_share(evaluate, chain):
    with pytest.raises(Unsuitable, match="multiplies"):
        attention_share(chain(torch.eye(5)))


class Chain(nn.Module):
    """Logits by the last token alone, and the rows that it was asked about."""

    def __init__(self, logits):
        super().__init__()
        self.logits, self.seen = logits, []

    def forward(self, tokens):
        self.seen.append(tokens)
        return self.logits[tokens]


@pytest.fixture
def chain(evaluate):
    """Makes the evaluation of a Markov chain, from its table of logits and rows of the test part."""

    def chain(logits, rows=((0, 1, 2, 3), (4, 3, 2, 1), (1, 1, 1, 1)), seed=0):
        tokens = torch.tensor(rows)
        inputs = (TensorSpec("tokens", tuple(tokens.shape[1:]), "int64"),)
        part = Export("forward", Chain(logits), "language-modelling", inputs, ("logits",))
        return evaluate([part], "forward", tokens, seed=seed, task="language-modelling", vocabulary=LETTERS)

    return chain


def test_text_goes_on_as_the_probabilities_say(chain):
    certain = torch.full((5, 5), -100.0)
    certain[torch.arange(5), (torch.arange(5) + 1) % 5] = 0.0  # a b c d, line break, a ...
    evaluation = chain(certain)
    found = continued(evaluation, evaluation.inputs[:2, :2], 9)
    assert found.tolist() == [[0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0], [4, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2]]


def test_tokens_are_drawn_as_often_as_they_are_probable(chain):
    probabilities = torch.tensor([0.5, 0.25, 0.15, 0.1, 0.0])
    evaluation = chain(probabilities.log().expand(5, 5))
    found = continued(evaluation, evaluation.inputs[:, :1], 2000)[:, 1:]
    shares = torch.bincount(found.flatten(), minlength=5) / found.numel()
    torch.testing.assert_close(shares, probabilities, atol=0.02, rtol=0)


def test_what_is_drawn_follows_the_seed(chain):
    evaluations = [chain(torch.zeros(5, 5), seed=seed) for seed in (0, 0, 1)]
    first, again, other = (continued(one, one.inputs[:, :1], 30).tolist() for one in evaluations)
    assert first == again != other


def test_the_artifact_sees_all_that_a_row_holds_and_never_more(chain):
    evaluation = chain(torch.zeros(5, 5))
    asked = evaluation.case.exports["forward"].module.seen
    asked.clear()
    found = continued(evaluation, evaluation.inputs[:1, :2], 6)[0]
    assert [tuple(one.shape) for one in asked] == [(1, 4)] * 6
    for place, one in enumerate(asked, 2):
        before = found[max(0, place - 4) : place]
        assert torch.equal(one[0, : len(before)], before)


def test_the_picture_tells_what_was_given_from_what_was_drawn(chain):
    certain = torch.full((5, 5), -100.0)
    certain[torch.arange(5), (torch.arange(5) + 1) % 5] = 0.0
    figure = sampled_text(chain(certain), count=2, tokens=7, prompt=2)
    written = {(text.get_text(), colors.to_hex(text.get_color())) for text in figure.texts}
    given, drawn = colors.to_hex(INK), colors.to_hex(COLOURS[0])
    # "ab" goes on with "cd", a line break and "abcd".
    assert ("ab", given) in written
    assert ("cd", drawn) in written
    assert ("abcd", drawn) in written
    assert figure.get_facecolor()[3] == 0


def test_long_lines_are_wrapped_and_dollars_are_dollars(evaluate):
    vocabulary = ("$", "x", "\x07")
    part = Export(
        "forward",
        Chain(torch.tensor([[0.0, -100, -100]]).expand(3, 3)),
        "language-modelling",
        (TensorSpec("tokens", (4,), "int64"),),
        ("logits",),
    )
    rows = torch.tensor([[1, 2, 0, 0]])
    evaluation = evaluate([part], "forward", rows, task="language-modelling", vocabulary=vocabulary)
    figure = sampled_text(evaluation, tokens=200, prompt=2)
    lines = [text.get_text() for text in figure.texts]
    assert lines == ["x·", "$" * 88, "$" * 90, "$" * 22]
    figure.canvas.draw()
    right = max(text.get_window_extent().x1 for text in figure.texts)
    assert right <= figure.bbox.width


class Searched(nn.Module):
    """A net that says what a search has found."""

    def __init__(self, course, pattern):
        super().__init__()
        self.course, self.pattern = course, pattern

    def forward(self, tokens):
        return nn.functional.one_hot(tokens, 5).float()


def searched(evaluate, net):
    inputs = (TensorSpec("tokens", (7,), "int64"),)
    part = Export("forward", net, "language-modelling", inputs, ("logits",))
    tokens = torch.zeros(2, 7, dtype=torch.long)
    return evaluate([part], "forward", tokens, model=net, task="language-modelling", vocabulary=LETTERS)


def test_a_search_is_drawn_block_by_block_and_kind_by_kind(evaluate):
    course = torch.rand(20, 4, 3).softmax(2)
    figure = architecture(searched(evaluate, Searched(course, "sfif")))
    *panels, strip = figure.axes
    assert [axes.get_title() for axes in figure.axes] == ["self-attention", "feed-forward", "identity", "found"]
    for number, axes in enumerate(panels):
        torch.testing.assert_close(torch.tensor(axes.images[0].get_array().data), course[:, :, number].T)
    assert [text.get_text() for text in strip.texts] == [*"sfif"]
    assert strip.get_ylim()[0] > strip.get_ylim()[1]  # the first block is above


@pytest.mark.parametrize("net", [nn.Identity(), Searched(torch.empty(0, 4, 3), "sfsf")])
def test_who_has_not_searched_has_found_nothing(evaluate, net):
    with pytest.raises(Unsuitable, match="has made none"):
        architecture(searched(evaluate, net))
