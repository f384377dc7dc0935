"""Options of front ends are read as they are written, and change what is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.front_end import chosen_options, written
from ranking.errors import EncoderError

SPECTROGRAM, AUDIOMAE = spec_of("spectrogram"), spec_of("audiomae")


def test_each_encoder_takes_the_options_that_it_has():
    chosen = chosen_options(
        [SPECTROGRAM, AUDIOMAE], ["log=no", "left_channel=yes", "sample_rate=32000"]
    )
    assert chosen == [
        {"log": False, "left_channel": True},
        {"left_channel": True, "sample_rate": 32_000},
    ]
    assert isinstance(chosen[1]["sample_rate"], int)


def test_the_preset_is_the_release_and_single_options_go_beyond_it():
    (whole,) = chosen_options([AUDIOMAE], [], as_published=True)
    assert whole == {
        "sample_rate": 32_000,
        "normalise": False,
        "peak": 0.5,
        "left_channel": True,
        "tails": False,
    }  # the release, as far as it can be reproduced
    (part,) = chosen_options([AUDIOMAE], ["normalise=yes", "peak=0.25"], as_published=True)
    assert part == {"sample_rate": 32_000, "peak": 0.25, "left_channel": True, "tails": False}


@pytest.mark.parametrize("name", ENCODERS)
def test_the_release_kept_no_partial_segments_of_any_encoder(name):
    assert chosen_options([spec_of(name)], [], as_published=True)[0]["tails"] is False


@given(st.booleans(), st.integers(8000, 96_000), st.floats(0, 1).map(lambda x: round(x, 3)))
def test_what_is_written_is_read(normalise, sample_rate, peak):
    options = {**AUDIOMAE.options, "normalise": normalise, "sample_rate": sample_rate, "peak": peak}
    (read,) = chosen_options([AUDIOMAE], written(options).split())
    assert {**AUDIOMAE.options, **read} == options


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tim_first=no", r"no such option .* \(did you mean 'time_first'\?\); choose left"),
        ("log", "no value in it; write NAME=VALUE"),
        ("log=perhaps", "a value of another kind; write yes or no"),
    ],
)
def test_what_cannot_be_read_is_told(text, words):
    with pytest.raises(EncoderError, match=words):
        chosen_options([SPECTROGRAM], [text])


def test_a_rate_is_a_whole_number():
    with pytest.raises(EncoderError, match="write a whole number"):
        chosen_options([AUDIOMAE], ["sample_rate=high"])
