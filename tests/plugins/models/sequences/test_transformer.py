"""The transformer: nothing looks ahead, a memory is a long row, and sizes follow from closed forms."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import DataSpec, Unsuitable
from bench.stages.export import multiply_accumulates
from bench_datasets.tokens import TextBatches
from bench_models.sequences.transformer import Transformer

SMALL = {"width": 16, "heads": 2, "blocks": 4}


def trainable(model):
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.fixture(scope="module")
def models(build, spec):
    """Small transformers by their positions; learned ones for rows of up to 40 tokens."""
    return {
        "rotary": build(Transformer, **SMALL),
        "relative": build(Transformer, positions="relative", **SMALL),
        "learned": build(Transformer, positions="learned", longest=40, **SMALL),
        "par": build(Transformer, **{**SMALL, "pattern": "par", "blocks": 8}),
    }


@pytest.mark.parametrize("kind", ["rotary", "relative", "learned", "par"])
@given(length=st.integers(2, 40), data=st.data())
def test_a_later_token_never_changes_an_earlier_answer(kind, models, length, data):
    place = data.draw(st.integers(1, length - 1))
    tokens = torch.tensor(data.draw(st.lists(st.integers(0, 10), min_size=length, max_size=length)))
    other = tokens.clone()
    other[place] = (other[place] + data.draw(st.integers(1, 10))) % 11
    with torch.no_grad():
        before, after = models[kind](torch.stack([tokens, other]))
    torch.testing.assert_close(before[:place], after[:place], atol=1e-5, rtol=1e-5)
    assert (before[place] - after[place]).abs().max() > 1e-3


@pytest.mark.parametrize("kind", ["rotary", "relative", "par"])
def test_an_earlier_token_changes_a_later_answer(kind, models):
    tokens = torch.arange(40) % 11
    other = tokens.clone()
    other[0] = 5
    with torch.no_grad():
        before, after = models[kind](torch.stack([tokens, other]))
    assert (before[-1] - after[-1]).abs().max() > 1e-4


@pytest.mark.parametrize("positions", ["rotary", "relative"])
@given(data=st.data())
def test_segments_with_a_memory_of_all_before_are_one_long_row(positions, consecutive, data):
    model = consecutive[positions]
    sizes = data.draw(st.lists(st.integers(1, 8), min_size=2, max_size=4))
    tokens = torch.randint(11, (2, sum(sizes)), generator=torch.Generator().manual_seed(sum(sizes)))
    remembered, found = None, []
    with torch.no_grad():
        for segment in tokens.split(sizes, 1):
            logits, remembered = model.segment(segment, remembered)
            found.append(logits)
        torch.testing.assert_close(torch.cat(found, 1), model(tokens), atol=1e-4, rtol=1e-4)


@pytest.fixture(scope="module")
def consecutive(build, spec):
    """Small transformers that remember more than any row of these tests has."""
    data = spec(is_consecutive=True)
    return {kind: build(Transformer, data, positions=kind, memory=64, **SMALL) for kind in ("rotary", "relative")}


@pytest.mark.parametrize("memory", [1, 3])
def test_a_memory_ends_where_it_says(build, spec, memory):
    model = build(Transformer, spec(is_consecutive=True), memory=memory, **{**SMALL, "pattern": "s"})
    tokens = torch.randint(11, (2, 10), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        _, remembered = model.segment(tokens[:, :6])
        assert [tuple(one.shape) for one in remembered] == [(2, memory, 16)]
        logits, _ = model.segment(tokens[:, 6:], remembered)
        torch.testing.assert_close(logits, model(tokens[:, 6 - memory :])[:, memory:], atol=1e-5, rtol=1e-4)


def test_only_blocks_that_attend_remember_and_nothing_learns_through_it(build, spec):
    model = build(Transformer, spec(is_consecutive=True), memory=4, **{**SMALL, "pattern": "sffsf"})
    _, remembered = model.segment(torch.zeros(2, 8, dtype=torch.long))
    assert len(remembered) == 2
    assert not any(one.requires_grad for one in remembered)
    assert model.segment(torch.zeros(2, 3, dtype=torch.long), remembered)[0].requires_grad


def test_training_remembers_from_batch_to_batch_and_forgets_at_an_epoch(build, spec):
    model = build(Transformer, spec(5, 6, is_consecutive=True), memory=6, **SMALL)
    text = torch.randint(5, (200,), generator=torch.Generator().manual_seed(0))
    first, second, *_ = TextBatches(text, 6, 4, is_consecutive=True)
    model.on_train_epoch_start()
    model.training_step(first, 0)
    after = model.training_step(second, 1)
    joined = torch.cat([first[0], second[0]], 1)
    logits = model(joined)[:, 6:]
    torch.testing.assert_close(after, model.task.loss(logits, second[1]))
    alone = model.task.loss(model(second[0]), second[1])
    assert (after - alone).abs() > 1e-3
    model.on_train_epoch_start()
    torch.testing.assert_close(model.training_step(second, 0), alone)


@pytest.mark.parametrize("vocabulary", [11, 40])
@pytest.mark.parametrize("pattern", ["sf", "sffsf", "fisi"])
@pytest.mark.parametrize(
    ("more", "extra"),
    [
        ({}, lambda v, w, s: 0),
        ({"tied": False}, lambda v, w, s: v * w),
        ({"positions": "learned", "longest": 30}, lambda v, w, s: 30 * w),
        ({"positions": "relative"}, lambda v, w, s: s * (w**2 + 2 * w)),
        ({"expansion": 2}, lambda v, w, s: 0),
    ],
)
def test_parameters_in_closed_form(spec, vocabulary, pattern, more, extra):
    w, s, f = 16, pattern.count("s"), pattern.count("f")
    model = Transformer(spec(vocabulary), pattern=pattern, width=w, heads=2, **more)
    inner = 2 * more.get("expansion", 4) * w**2
    expected = vocabulary * w + s * 4 * w**2 + f * inner + (s + f + 1) * w
    assert trainable(model) == expected + extra(vocabulary, w, s)


def test_nano_gpts_small_setting_has_its_800_thousand_parameters():
    """NanoGPT prints 0.80M for 4 layers of width 128 and 65 characters, positions not counted."""
    data = DataSpec("language-modelling", (64,), "int64", vocabulary=tuple(map(chr, range(65))))
    assert round(trainable(Transformer(data)) / 1e6, 2) == 0.80


@pytest.mark.parametrize(("pattern", "length"), [("sf", 12), ("par", 12), ("sffsf", 30)])
def test_arithmetic_in_closed_form(spec, pattern, length):
    v, w = 11, 16
    model = Transformer(spec(v, length), pattern=pattern, width=w, heads=2)
    s, f = model.pattern.count("s"), model.pattern.count("f")
    expected = length * (s * (4 * w**2 + 2 * length * w) + f * 8 * w**2 + v * w)
    assert multiply_accumulates(model.exports()[0]) == expected


def test_identity_is_no_block(spec):
    tokens = torch.arange(12).unsqueeze(0) % 11
    torch.manual_seed(0)
    plain = Transformer(spec(), pattern="sf", width=16, heads=2).eval()
    torch.manual_seed(0)
    spaced = Transformer(spec(), pattern="isiifi", width=16, heads=2).eval()
    torch.testing.assert_close(plain(tokens), spaced(tokens))


def test_before_training_every_token_is_about_as_probable(spec):
    torch.manual_seed(0)
    logits = Transformer(spec(length=64)).eval()(torch.randint(11, (4, 64)))
    assert (logits.log_softmax(2) - torch.tensor(1 / 11).log()).abs().max() < 1.5


def test_the_artifact_takes_rows_of_any_length(spec):
    (part,) = Transformer(spec(length=12), **SMALL).exports()
    (tokens,) = part.inputs
    assert (tokens.shape, tokens.dtype, tokens.sequence, tokens.longest) == ((12,), "int64", 0, None)
    assert (part.task, part.outputs) == ("language-modelling", ("logits",))
    (part,) = Transformer(spec(length=12), positions="learned", longest=20, **SMALL).exports()
    assert part.inputs[0].longest == 20
    (part,) = Transformer(spec(length=12), positions="learned", **SMALL).exports()
    assert part.inputs[0].longest == 12


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"pattern": "sfx"}, "unknown letter 'x'"),
        ({"width": 16, "heads": 3}, "3 heads do not divide a width of 16"),
        ({"width": 15, "heads": 3}, "even width"),
        ({"width": 15, "heads": 3, "positions": "relative"}, "relative positions need an even width"),
        ({"longest": 20}, "only learned positions"),
        ({"positions": "learned", "longest": 11}, "11 places have a position, and a row has 12"),
        ({"positions": "learned", "memory": 4}, "no learned positions"),
        ({"memory": 4}, "order: consecutive"),
    ],
)
def test_what_does_not_go_together_is_refused(spec, params, message):
    with pytest.raises(Unsuitable, match=message):
        Transformer(spec(), **params)


def test_data_that_is_no_sequence_is_refused():
    with pytest.raises(Unsuitable, match="needs data with a vocabulary or horizons"):
        Transformer(DataSpec("classification", (8,), classes=3))
