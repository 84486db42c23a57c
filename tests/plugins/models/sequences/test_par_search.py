"""The search: a supernet is every net that it may become, and finds attention where there is something to attend to."""

import random

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import BenchError, Unsuitable
from bench.stages.rehearse import Stopwatch
from bench.stages.train import Observer, fit
from bench_datasets.text import Text
from bench_models.sequences.blocks import block_maker
from bench_models.sequences.par_search import ParSearch, _is_turn, one_hot
from bench_models.sequences.supernet import Choice, Supernet
from bench_models.sequences.transformer import Transformer

SIZES = {"width": 16, "heads": 2, "expansion": 4, "positions": "rotary"}
SMALL = {"width": 16, "heads": 2}


def supernet(blocks=4):
    torch.manual_seed(0)
    net = Supernet(11, blocks, 16, block_maker(**SIZES, dropout=0.0), True, 0.0).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn_like(parameter) * parameter.shape[-1] ** -0.5)
    return net


def test_a_certain_choice_is_that_block_and_a_mixture_lies_between():
    torch.manual_seed(0)
    choice = Choice(block_maker(**SIZES, dropout=0.0)).eval()
    x = torch.randn(2, 5, 16)
    s, f, i = (choice(x, m) for m in torch.eye(3))
    torch.testing.assert_close(s, choice.blocks["s"](x))
    torch.testing.assert_close(f, choice.blocks["f"](x))
    torch.testing.assert_close(i, x)
    torch.testing.assert_close(choice(x, torch.tensor([0.5, 0.2, 0.3])), 0.5 * s + 0.2 * f + 0.3 * i)


@pytest.mark.parametrize("pattern", ["sfsf", "sfif", "iffs"])
def test_a_supernet_that_has_chosen_is_the_transformer_of_that_pattern(spec, pattern):
    net = supernet()
    chosen = Transformer(spec(11), pattern=pattern, **SMALL).eval()
    chosen.embedding.load_state_dict(net.embedding.state_dict())
    chosen.norm.load_state_dict(net.norm.state_dict())
    kept = [choice.blocks[letter] for letter, choice in zip(pattern, net.choices, strict=True) if letter != "i"]
    for ours, theirs in zip(chosen.blocks, kept, strict=True):
        ours.load_state_dict(theirs.state_dict())
    tokens = torch.randint(11, (3, 9))
    torch.testing.assert_close(net(tokens, one_hot(pattern)), chosen(tokens))
    net.alpha.data = 200 * one_hot(pattern)
    torch.testing.assert_close(net(tokens), chosen(tokens))
    assert net.pattern() == pattern


@given(temperature=st.floats(0.1, 10), seed=st.integers(0, 99))
def test_draws_are_mixtures_and_certain_where_it_is_cold(temperature, seed):
    net = supernet()
    torch.manual_seed(seed)
    drawn = net.sampled(temperature)
    torch.testing.assert_close(drawn.sum(1), torch.ones(4))
    assert (drawn >= 0).all()
    torch.testing.assert_close(net.sampled(1e-5).max(1).values, torch.ones(4), atol=1e-2, rtol=0)


def test_draws_follow_the_probabilities():
    net = supernet(blocks=1)
    net.alpha.data = torch.tensor([[0.5, 0.3, 0.2]]).log()
    torch.manual_seed(0)
    letters = torch.stack([net.sampled(0.5)[0].argmax() for _ in range(2000)])
    shares = letters.bincount(minlength=3) / 2000
    torch.testing.assert_close(shares, torch.tensor([0.5, 0.3, 0.2]), atol=0.04, rtol=0)  # four standard errors


@pytest.mark.parametrize("architecture", [True, False])
def test_either_the_architecture_learns_from_a_batch_or_the_blocks_do(architecture):
    net = supernet()
    net.let_learn(architecture)
    net(torch.randint(11, (2, 6)), net.sampled(1.0)).square().mean().backward()
    learned = {name for name, parameter in net.named_parameters() if parameter.grad is not None}
    assert learned == ({"alpha"} if architecture else {name for name, _ in net.named_parameters()} - {"alpha"})


@given(st.integers(0, 500), st.floats(0.01, 0.99))
def test_the_architecture_has_its_share_of_the_batches(batches, share):
    assert sum(_is_turn(index, share) for index in range(batches)) == int(batches * share)


def test_latency_is_that_of_the_blocks_against_interleaved_ones(spec):
    model = ParSearch(spec(11), blocks=4, latency_weight=1.0, **SMALL)
    model.learn_latencies({"s": 0.3, "f": 0.1})
    assert float(model.expected_latency(one_hot("sfsf"))) == pytest.approx(1)
    assert float(model.expected_latency(one_hot("sffi"))) == pytest.approx(0.5 / 0.8)
    assert float(model.expected_latency(one_hot("iiii"))) == 0
    assert float(model.expected_latency(torch.full((4, 3), 1 / 3))) == pytest.approx(4 * 0.4 / 3 / 0.8)


@pytest.mark.parametrize(
    ("pattern", "verdict"),
    [("sffi", "faster than interleaved"), ("sssf", "nothing faster than interleaved was found")],
)
def test_a_search_says_whether_it_has_found_anything_faster(spec, pattern, verdict):
    model = ParSearch(spec(11), blocks=4, latency_weight=1.0, **SMALL)
    model.learn_latencies({"s": 0.3, "f": 0.1})
    model.settle(pattern)
    assert model.findings["pattern"] == pattern
    assert model.findings["verdict"] == verdict


def test_only_a_search_that_weighs_latency_asks_for_any(spec):
    assert not ParSearch(spec(11), **SMALL).timed_parts()
    parts = ParSearch(spec(11), latency_weight=0.1, length=20, **SMALL).timed_parts()
    assert [part.name for part in parts] == ["s", "f"]
    assert [part.module.f.attends for part in parts] == [True, False]
    assert all(part.module(torch.zeros(1, *part.inputs[0].shape)).shape == (1, 20, 16) for part in parts)


def test_what_cannot_be_built_is_refused_before_anything_runs(spec):
    with pytest.raises(Unsuitable, match="3 heads do not divide a width of 16"):
        ParSearch(spec(11), width=16, heads=3)


def text_of(tmp_path, characters, length=16):
    """A dataset of a text."""
    path = tmp_path / "text.txt"
    path.write_text(characters)
    return Text(str(path), length=length, held_out=256)


def repeated(count=12_000, period=3):
    """A text whose letters are those of `period` places before, but for one in ten: only attention can know that."""
    draws, letters = random.Random(0), list("abc")
    while len(letters) < count:
        letters.append(letters[-period] if draws.random() < 0.9 else draws.choice("abcdefgh"))
    return "".join(letters)


def chained(count=12_000):
    """A text in which every letter depends on the one before: attention is of no use."""
    draws, letters = random.Random(0), ["a"]
    while len(letters) < count:
        after = "abcdefgh"["abcdefgh".index(letters[-1]) - 3]
        letters.append(after if draws.random() < 0.9 else draws.choice("abcdefgh"))
    return "".join(letters)


def trained(data, **params):
    torch.manual_seed(0)
    model = ParSearch(data.spec, **{**SMALL, "blocks": 3, "lr": 1e-2, "architecture_lr": 0.1, **params})
    if model.latency_weight:
        model.learn_latencies({"s": 2.0, "f": 1.0})
    settings = {"batch_size": 16, "accelerator": "cpu", "max_epochs": model.search_epochs + 1}
    fit(model, data, settings, Observer(lambda share: None))
    return model.eval()


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A search in a text that repeats itself."""
    return trained(text_of(tmp_path_factory.mktemp("text"), repeated()))


def test_a_search_finds_attention_where_only_attention_knows(found):
    assert "s" in found.pattern
    rows = torch.tensor([list(range(3)) * 5])  # a period is seen, and told
    assert found(rows)[0, -1].argmax() == rows[0, -3]


def test_a_search_that_weighs_latency_leaves_out_what_is_of_no_use(tmp_path):
    model = trained(text_of(tmp_path, chained()), latency_weight=0.1)
    assert "s" not in model.pattern
    assert model.findings["expected-latency"] == pytest.approx(model.pattern.count("f") / 5)  # interleaved: s f s


def test_a_search_is_followed_by_a_training_of_what_it_found(found):
    assert isinstance(found.net, Transformer)
    assert found.findings == {"pattern": found.pattern}
    assert found.net.pattern == found.pattern
    kept, *shape = found.course.shape
    assert shape == [3, 3]
    assert 99 <= kept <= 100
    torch.testing.assert_close(found.course.sum(2), torch.ones(kept, 3))
    frozen = found.course[: kept // 4]
    torch.testing.assert_close(frozen, torch.full_like(frozen, 1 / 3))
    assert (found.course[-1] - 1 / 3).abs().max() > 0.1
    (export,) = found.exports()
    assert export.module is found.net


def test_a_rehearsal_goes_on_with_the_usual_pattern(tmp_path):
    data = text_of(tmp_path, repeated(2000))
    model = ParSearch(data.spec, blocks=4, search_epochs=3, **SMALL)
    model.net.alpha.data[:, 1] = 1.0  # what a few steps have learned is no finding
    settings = {"batch_size": 28, "accelerator": "cpu", "max_epochs": 4}
    trainer = fit(model, data, settings, Stopwatch(60.0, first=3))
    assert (trainer.current_epoch, model.pattern) == (4, "sfsf")


def test_a_checkpoint_has_what_was_found(found, spec):
    again = ParSearch(found.data, blocks=3, **SMALL).eval()
    again.load_state_dict(found.state_dict())
    tokens = torch.randint(8, (2, 9))
    torch.testing.assert_close(again(tokens), found(tokens))
    assert again.pattern == found.pattern
    torch.testing.assert_close(again.course, found.course)


def test_a_checkpoint_of_a_search_goes_on_as_one(spec):
    searching, again = (ParSearch(spec(11), blocks=3, **SMALL).eval() for _ in range(2))
    again.load_state_dict(searching.state_dict())
    tokens = torch.randint(11, (2, 9))
    torch.testing.assert_close(again(tokens), searching(tokens))


def test_a_search_that_leaves_no_epoch_is_refused(tmp_path):
    data = text_of(tmp_path, repeated(2000))
    model = ParSearch(data.spec, **SMALL)
    settings = {"batch_size": 16, "accelerator": "cpu", "max_epochs": 4}
    with pytest.raises(BenchError, match=r"a search of 4 epochs takes \d+ steps, and none is left"):
        fit(model, data, settings, Observer(lambda share: None))


def test_a_search_whose_architecture_would_never_learn_is_refused(tmp_path):
    data = text_of(tmp_path, repeated(2000))
    model = ParSearch(data.spec, search_epochs=1, architecture_share=0.001, **SMALL)
    settings = {"batch_size": 16, "accelerator": "cpu", "max_epochs": 2}
    with pytest.raises(BenchError, match=r"in a search of \d+ steps, an `architecture_share` of 0.001 has no turn"):
        fit(model, data, settings, Observer(lambda share: None))


def test_few_steps_an_epoch_are_enough_for_the_architecture_to_learn(tmp_path):
    """One of four steps an epoch, at a share of 0.2, and none in the first quarter."""
    data = text_of(tmp_path, repeated(2000))
    torch.manual_seed(0)
    model = ParSearch(data.spec, search_epochs=4, **SMALL)
    alpha, turns = model.net.alpha, []
    let = model.net.let_learn
    model.net.let_learn = lambda architecture: turns.append(architecture) or let(architecture)
    settings = {"batch_size": 28, "accelerator": "cpu", "max_epochs": 5}
    fit(model, data, settings, Observer(lambda share: None))
    assert len(turns) == 4 * 4
    assert sum(turns) == 3
    assert alpha.any()


def test_latency_is_not_weighed_without_knowing_any(tmp_path):
    data = text_of(tmp_path, repeated(2000))
    model = ParSearch(data.spec, search_epochs=1, latency_weight=0.1, **SMALL)
    settings = {"batch_size": 16, "accelerator": "cpu", "max_epochs": 2}
    with pytest.raises(BenchError, match="no latencies of blocks are known"):
        fit(model, data, settings, Observer(lambda share: None))


def test_a_net_without_blocks_is_no_finding(spec):
    with pytest.raises(BenchError, match="identity for every block"):
        ParSearch(spec(11), blocks=3, **SMALL).settle("iii")


@pytest.mark.parametrize("more", [{}, {"accumulate_grad_batches": 4}])
def test_steps_may_bound_the_training_and_hold_several_batches(tmp_path, more):
    data = text_of(tmp_path, repeated(6000))
    torch.manual_seed(0)
    model = ParSearch(data.spec, blocks=3, search_epochs=1, temperature=(5.0, 0.5), **SMALL)
    temperatures, turns = [], []
    draw, let = model.net.sampled, model.net.let_learn
    model.net.sampled = lambda temperature: temperatures.append(temperature) or draw(temperature)
    model.net.let_learn = lambda architecture: turns.append(architecture) or let(architecture)
    settings = {"batch_size": 16, "accelerator": "cpu", "max_steps": 40, **more}
    fit(model, data, settings, Observer(lambda share: None))
    assert isinstance(model.net, Transformer)
    assert temperatures[0] == 5.0
    assert temperatures[-1] == pytest.approx(0.5, rel=0.2)
    assert not any(turns[: len(turns) // 4])
    together = more.get("accumulate_grad_batches", 1)
    steps = [turns[start : start + together] for start in range(0, len(turns), together)]
    assert all(len(set(step)) == 1 for step in steps)
    assert any(turns)
