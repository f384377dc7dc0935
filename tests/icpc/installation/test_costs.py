"""What embedding costs: the arithmetic, and a measurement of the encoder that needs no weights."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icpc.installation.costs import (
    Measurement,
    cost_table,
    measure_encoders,
    workload_of,
)
from ranking.embeddings.choice import EncoderChoice
from ranking.encoders import ENCODERS, dac, spec_of
from ranking.errors import WeightsError


@pytest.mark.parametrize(
    ("seconds", "segments"),
    [(1, 1), (10, 1), (10.5, 1), (11, 2), (19, 2), (20, 2), (1800, 180), (1801, 181)],
)
def test_a_last_segment_counts_from_a_second_of_new_sound_on(seconds, segments):
    assert workload_of([seconds], 1).segments == segments


def test_eight_workers_share_two_thousand_recordings_of_half_an_hour():
    load = workload_of([1800.0] * 2000, 8)
    assert (load.segments, load.most_segments) == (360_000, 45_000)
    row = cost_table({"spectrogram": Measurement(0.08, 384_000, 700_000_000)}, load).iloc[0]
    assert row["hours"] == pytest.approx(45_000 * 0.08 / 3600) == pytest.approx(1)
    assert row["disk_bytes"] == 360_000 * 384_000
    assert row["memory_bytes"] == 700_000_000
    assert row["basis"] == "measured here"


@given(recordings=st.integers(1, 200), workers=st.integers(1, 50), each=st.integers(1, 40))
def test_the_last_worker_has_one_recording_more_at_most(recordings, workers, each):
    load = workload_of([10.0 * each] * recordings, workers)
    assert load.most_segments == pytest.approx(math.ceil(recordings / workers) * each)


def test_what_cannot_be_measured_has_a_disk_and_no_time():
    load = workload_of([1800.0], 1)
    row = cost_table({"dac": "its weights are not here"}, load).iloc[0]
    assert row[["segment_seconds", "memory_bytes", "hours"]].isna().all()
    assert row["disk_bytes"] == 180 * 870 * 9 * 2
    assert row["basis"] == "not measured: its weights are not here"
    assert np.isnan(cost_table({"hf:some/model": "no network"}, load)["hours"][0])
    assert cost_table({"hf:some/model": "no network"}, load)["disk_bytes"].isna().all()


def test_codes_of_a_frame_are_as_many_as_the_codec_has():
    assert spec_of("dac").codebooks == dac.CODEC["n_codebooks"]
    specs = {name: spec_of(name) for name in ENCODERS}
    assert {name for name, one in specs.items() if one.codebooks} == {
        name for name, one in specs.items() if one.stored == "codes"
    }


def test_nothing_of_no_recordings():
    with pytest.raises(ValueError, match="0 recordings"):
        workload_of([], 1)
    with pytest.raises(ValueError, match="0 workers"):
        workload_of([10.0], 0)


@pytest.mark.slow
def test_an_encoder_that_is_here_is_measured_and_one_without_weights_is_not():
    def choose(name: str) -> EncoderChoice:
        if name == "dac":
            raise WeightsError("weights of dac", "they are not on this disk", "fetch them")
        return EncoderChoice(name)

    found = measure_encoders(["spectrogram", "dac"], choose, "cpu")
    assert found["dac"] == "its weights are not here"
    measured = found["spectrogram"]
    assert measured.segment_bytes == spec_of("spectrogram").stored_bytes == 1500 * 128 * 2
    assert measured.segment_seconds > 0
    if Path("/proc/self/status").exists():
        assert 100e6 < measured.memory_bytes < 8e9
