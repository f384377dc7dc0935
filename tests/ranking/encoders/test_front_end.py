"""Options of front ends are read as they are written."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ranking.deprecation import RenamedWarning
from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.audiomae import audiomae_filter_banks
from ranking.encoders.front_end import format_front_end_options, parse_front_end_options
from ranking.errors import EncoderError

SPECTROGRAM, AUDIOMAE = spec_of("spectrogram"), spec_of("audiomae")


def test_each_encoder_takes_the_options_that_it_has():
    chosen = parse_front_end_options(
        [SPECTROGRAM, AUDIOMAE], ["log=no", "left_channel=yes", "sample_rate=32000"]
    )
    assert chosen == [
        {"log": False, "left_channel": True},
        {"left_channel": True, "sample_rate": 32_000},
    ]
    assert isinstance(chosen[1]["sample_rate"], int)


def test_the_preset_is_the_release_and_single_options_go_beyond_it():
    (whole,) = parse_front_end_options([AUDIOMAE], [], as_published=True)
    assert whole == {
        "sample_rate": 32_000,
        "normalise": False,
        "peak": 0.5,
        "left_channel": True,
        "tails": False,
    }  # the release, as far as it can be reproduced
    (part,) = parse_front_end_options([AUDIOMAE], ["normalise=yes", "peak=0.25"], as_published=True)
    assert part == {"sample_rate": 32_000, "peak": 0.25, "left_channel": True, "tails": False}


@pytest.mark.parametrize("name", ENCODERS)
def test_the_release_kept_no_partial_segments_of_any_encoder(name):
    assert parse_front_end_options([spec_of(name)], [], as_published=True)[0]["tails"] is False


@given(st.booleans(), st.integers(8000, 96_000), st.floats(0, 1).map(lambda x: round(x, 3)))
def test_what_is_written_is_read(normalise, sample_rate, peak):
    options = {**AUDIOMAE.options, "normalise": normalise, "sample_rate": sample_rate, "peak": peak}
    (read,) = parse_front_end_options([AUDIOMAE], format_front_end_options(options).split())
    assert {**AUDIOMAE.options, **read} == options


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tim_first=no", r"no such option .* \(did you mean 'time_first'\?\); choose left"),
        ("log", "it has no value; write NAME=VALUE"),
        ("log=perhaps", "the value is of another kind; write yes or no"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(text, words):
    with pytest.raises(EncoderError, match=words):
        parse_front_end_options([SPECTROGRAM], [text])


def test_a_sample_rate_is_a_whole_number():
    with pytest.raises(EncoderError, match="write a whole number"):
        parse_front_end_options([AUDIOMAE], ["sample_rate=high"])


def test_options_of_version_0_1_0_are_read_with_a_warning():
    with pytest.warns(RenamedWarning, match="'rate' is now 'sample_rate', 'left' is now"):
        chosen = parse_front_end_options([AUDIOMAE], ["rate=32000", "left=yes"])
    assert chosen == [{"sample_rate": 32_000, "left_channel": True}]


def test_an_option_of_an_encoder_that_has_an_old_name_is_its_own():
    own = replace(SPECTROGRAM, front_end={"rate": 1.0})
    assert parse_front_end_options([own], ["rate=2"]) == [{"rate": 2.0}]


def test_an_offset_changes_published_filter_banks_of_audiomae_by_a_gain_alone():
    """The peak is scaled before the mean is removed; the release did it the other way round."""
    sound = 0.1 * torch.randn(1, 320_000, generator=torch.Generator().manual_seed(0))
    plain, offset = (
        audiomae_filter_banks(one, 32_000, normalise=False, peak=0.5)[0, 0, :998]
        for one in (sound, sound + 0.2)
    )
    gain = sound.abs().max() / (sound + 0.2).abs().max()
    torch.testing.assert_close(
        offset - plain, torch.full_like(plain, 2 * gain.log()), atol=1e-3, rtol=0
    )
