"""The curve of jurors needed has every value of its table, as a number too."""

import numpy as np
import pytest

from plots.jurors_needed import draw_jurors_needed
from ranking.jurors.power import power_curve


@pytest.mark.parametrize("jurors", [1, 17, 2000])
def test_every_value_is_on_the_curve_and_written(jurors):
    curve = power_curve(4.97, jurors)
    ax = draw_jurors_needed(curve, jurors)
    line, level = ax.lines
    np.testing.assert_allclose(line.get_xdata(), curve["difference"])
    np.testing.assert_allclose(line.get_ydata(), curve["jurors"])
    assert set(level.get_ydata()) == {jurors}
    texts = [text.get_text() for text in ax.texts]
    assert texts == [f"this panel: {jurors:,}", *(f"{one:,}" for one in curve["jurors"])]
    assert [text.get_text() for text in ax.get_xticklabels()] == [
        f"{one:g}" for one in curve["difference"]
    ]
