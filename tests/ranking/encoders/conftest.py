"""The one trained network that every machine can have."""

from pathlib import Path

import pytest

from ranking.encoders import spec_of
from ranking.encoders.weights import fetch_weights
from ranking.errors import WeightsError


@pytest.fixture(scope="session")
def basic_pitch_weights(tmp_path_factory) -> Path:
    """Basic Pitch's weights, fetched as the command fetches them."""
    try:
        return fetch_weights(spec_of("basicpitch").weights, tmp_path_factory.mktemp("weights"))
    except WeightsError as error:
        pytest.skip(str(error))
