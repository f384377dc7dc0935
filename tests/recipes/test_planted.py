"""The whole chain finds what is planted, and neither by the controls nor where it is shuffled."""

import pytest
from planted import CLASSES, accuracy_of, write_recordings


@pytest.mark.slow
def test_planted_grades_are_found_and_controls_and_shuffled_grades_are_at_chance(tmp_path):
    planted, shuffled = write_recordings(tmp_path, 162, 10.0, seed=0)
    assert accuracy_of(planted, "spectrogram", 1, 30).low > 1.2 / CLASSES
    for manifest, encoder in ((planted, "controls"), (shuffled, "spectrogram")):
        found = accuracy_of(manifest, encoder, 1, 30)
        assert found.low < 1 / CLASSES < found.high
