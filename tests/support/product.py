"""A small encoder that can do with bfloat16, as a package offers it."""

from pathlib import Path

import pytest
from plugins import offer_encoders

PRODUCT = '''
"""A product of matrices, which autocast computes in bfloat16."""

import torch

from ranking.encoders.base import SegmentEncoder, freeze
from ranking.encoders.spec import EncoderSpec

SPEC = EncoderSpec(
    name="product",
    title="a product",
    sample_rate=8_000,
    frames=80,
    dimension=30,
    precision="bfloat16",
    licence="none needed",
)


class Product(SegmentEncoder):
    spec = SPEC

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(1000, 30)
        with torch.no_grad():
            self.linear.weight.copy_(torch.linspace(-1, 1, 30_000).sin().reshape(30, 1000))

    def encode(self, samples):
        self.check(samples)
        return self.linear(samples.unflatten(1, (80, 1000)))


def load():
    return freeze(Product())
'''


def offer_product(patch: pytest.MonkeyPatch, site: Path) -> None:
    """Install the package, in a new folder, that offers ``product``."""
    offer_encoders(patch, site, {"products": PRODUCT}, {"product": "products"})
