"""Self-attention against torch's own, and positions against their closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from bench_models.sequences.blocks import Attention, Block, FeedForward
from bench_models.sequences.positions import Nowhere, Relative, Rotary

WIDTH, HEADS, D = 24, 3, 8
PLACED = {"nowhere": Nowhere, "rotary": lambda: Rotary(D), "relative": lambda: Relative(WIDTH, HEADS)}


def attention(kind="nowhere"):
    torch.manual_seed(0)
    made = Attention(WIDTH, HEADS, PLACED[kind](), 0.0).eval()
    if kind == "relative":
        for bias in (made.positions.u, made.positions.v):
            nn.init.normal_(bias)
    return made


def test_attention_is_torchs_own():
    ours = attention()
    theirs = nn.MultiheadAttention(WIDTH, HEADS, bias=False, batch_first=True)
    theirs.load_state_dict({"in_proj_weight": ours.qkv.weight, "out_proj.weight": ours.output.weight})
    x = torch.randn(4, 9, WIDTH)
    expected, _ = theirs(x, x, x, attn_mask=nn.Transformer.generate_square_subsequent_mask(9))
    torch.testing.assert_close(ours(x), expected)


def test_rotary_attention_is_that_of_turned_queries_and_keys():
    ours = attention("rotary")
    x = torch.randn(2, 7, WIDTH)
    q, k, v = (part.view(2, 7, HEADS, D).transpose(1, 2) for part in ours.qkv(x).chunk(3, 2))
    y = F.scaled_dot_product_attention(turned(q), turned(k), v, is_causal=True)
    torch.testing.assert_close(ours(x), ours.output(y.transpose(1, 2).reshape(2, 7, WIDTH)))


def turned(x):
    """RoFormer's equation 34 in complex numbers: plane j of place p is turned by p / 10,000^(2j / d)."""
    planes = torch.complex(*x.double().chunk(2, -1))
    places = np.arange(x.shape[2])[:, None]
    angles = torch.from_numpy(places / 10_000 ** (2 * np.arange(D // 2) / D))
    found = planes * torch.exp(1j * angles)
    return torch.cat([found.real, found.imag], -1).to(x.dtype)


@given(st.integers(0, 2000), st.integers(1, 6), st.integers(0, 99))
def test_rotary_products_know_distances_alone(shift, length, seed):
    generator = torch.Generator().manual_seed(seed)
    q, k = torch.randn(2, 1, 1, length, D, generator=generator)
    before = torch.zeros(1, 1, shift, D)
    rotary = Rotary(D)

    def products(q, k):
        q, k, bias = rotary(q, k)
        assert bias is None
        return q @ k.transpose(2, 3)

    moved = products(q, torch.cat([before, k], 2))[..., shift:]
    torch.testing.assert_close(moved, products(q, k), atol=2e-3, rtol=0)


def test_rotary_turns_keep_lengths():
    x = torch.randn(1, 1, 300, D)
    turned_q, turned_k, _ = Rotary(D)(x, x)
    torch.testing.assert_close(turned_q.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(turned_q, turned_k)


@pytest.mark.parametrize("earlier", [0, 1, 5])
def test_relative_products_are_the_four_terms_of_transformer_xl(earlier):
    made = attention("relative").positions
    length = 4
    seen = length + earlier
    q, k = torch.randn(2, HEADS, length, D), torch.randn(2, HEADS, seen, D)
    placed, keys, bias = made(q, k)
    found = placed @ keys.transpose(2, 3) + bias * D**0.5
    waves = 10_000.0 ** (-torch.arange(0, WIDTH, 2) / WIDTH)
    for i in range(length):
        for j in range(earlier + i + 1):
            r = torch.cat([(waves * (earlier + i - j)).sin(), (waves * (earlier + i - j)).cos()])
            by_head = (made.distance.weight @ r).view(HEADS, D)
            terms = ((q[:, :, i] + made.u[:, 0]) * k[:, :, j] + (q[:, :, i] + made.v[:, 0]) * by_head).sum(2)
            torch.testing.assert_close(found[:, :, i, j], terms, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", PLACED)
@given(earlier=st.integers(1, 9), length=st.integers(1, 9))
def test_what_is_remembered_is_seen_as_if_it_stood_before(kind, earlier, length):
    made = attention(kind)
    x = torch.randn(2, earlier + length, WIDTH, generator=torch.Generator().manual_seed(earlier))
    whole = made(x)
    torch.testing.assert_close(made(x[:, earlier:], x[:, :earlier]), whole[:, earlier:], atol=1e-5, rtol=1e-4)


def test_feed_forward_is_each_place_by_itself():
    torch.manual_seed(0)
    made = FeedForward(WIDTH, 4)
    x = torch.randn(2, 5, WIDTH)
    theirs = nn.TransformerEncoderLayer(WIDTH, 1, 4 * WIDTH, activation="gelu", bias=False)
    theirs.linear1.weight, theirs.linear2.weight = made.inner.weight, made.output.weight
    expected = theirs.linear2(theirs.activation(theirs.linear1(x)))
    torch.testing.assert_close(made(x), expected)
    torch.testing.assert_close(made(x[:, 3:4]), made(x)[:, 3:4])


def test_two_blocks_are_a_layer_of_torchs_own():
    torch.manual_seed(0)
    attends, feeds = (Block(WIDTH, f, 0.0).eval() for f in (attention(), FeedForward(WIDTH, 4)))
    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True, bias=False
    )
    layer.load_state_dict(
        {
            "self_attn.in_proj_weight": attends.f.qkv.weight,
            "self_attn.out_proj.weight": attends.f.output.weight,
            "linear1.weight": feeds.f.inner.weight,
            "linear2.weight": feeds.f.output.weight,
            "norm1.weight": attends.norm.weight,
            "norm2.weight": feeds.norm.weight,
        }
    )
    x = torch.randn(3, 6, WIDTH)
    mask = nn.Transformer.generate_square_subsequent_mask(6)
    torch.testing.assert_close(feeds(attends(x)), layer(x, mask, is_causal=True))
