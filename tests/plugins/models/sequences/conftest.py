"""What tests of models of language share: specifications of small texts, and logits of random tokens."""

import string

import pytest
import torch

from bench import DataSpec


@pytest.fixture(scope="session")
def spec():
    """Makes the specification of a text of so many different letters, in rows of a length."""

    def spec(vocabulary=11, length=12, **more):
        letters = tuple(string.ascii_letters[:vocabulary])
        return DataSpec("language-modelling", (length,), "int64", vocabulary=letters, **more)

    return spec


@pytest.fixture(scope="session")
def build(spec):
    """Builds a model of language for such data, as it is before training, with weights that are large enough to matter.

    `build(kind, spec=None, **params)`
    """

    def build(kind, data=None, **params):
        torch.manual_seed(0)
        model = kind(data or spec(), **params).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn_like(parameter) * parameter.shape[-1] ** -0.5)
        return model

    return build
