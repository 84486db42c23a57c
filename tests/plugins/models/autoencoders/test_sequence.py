"""The recurrent autoencoder reads rows from top to bottom and writes them in that order."""

import pytest
import torch

from bench_models.autoencoders.sequence import RowDecoder, RowEncoder

SHAPE = (3, 7, 5)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_code_follows_from_the_rows_one_by_one(cell):
    encoder = RowEncoder(SHAPE, 6, 4, cell)
    images = torch.rand(2, *SHAPE)
    state = None
    for row in range(SHAPE[1]):
        output, state = encoder.recurrent(images[:, :, row].flatten(1).unsqueeze(1), state)
    torch.testing.assert_close(encoder(images), encoder.code(output[:, 0]))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_decoder_sees_the_code_at_every_step(cell):
    decoder = RowDecoder(SHAPE, 6, 4, cell)
    code, state, rows = torch.rand(2, 4), None, []
    for _ in range(SHAPE[1]):
        output, state = decoder.recurrent(code.unsqueeze(1), state)
        rows.append(decoder.row[0](output[:, 0]).view(2, SHAPE[0], SHAPE[2]))
    torch.testing.assert_close(decoder(code), torch.stack(rows, 2))
