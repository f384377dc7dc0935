"""The competition that the project makes itself is one that it can read."""

import numpy as np
import pytest
from flips import flips
from remarks import Remarks

from icpc.competition.competitions import read_competition
from icpc.competition.recordings import find_recordings
from icpc.synthetic.demonstration import NAMES, write_demonstration, write_flac
from ranking.audio.decoding import open_mono_sound
from ranking.files.hashing import SUMS_FILE, file_states, read_sums


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return write_demonstration(tmp_path_factory.mktemp("demo") / "new", seconds=10.0, seed=1)


def test_the_roster_names_recordings_and_the_better_half_passed(roster):
    competition = read_competition(roster)
    assert len(find_recordings(competition)) == len(NAMES) == 8
    assert competition.rounds == ("preliminary", "final")
    lines = [line.split(",") for line in roster.read_text().splitlines()[1:]]
    skill = {candidate: float(level) for candidate, *_, level in lines}
    score = competition.roster.set_index("candidate")["score"]
    passed = [skill[candidate] for candidate in score.index[score == 1]]
    failed = [skill[candidate] for candidate in score.index[score == 0]]
    assert len(passed) == len(failed) == 4
    assert min(passed) > max(failed)


def test_recordings_are_as_long_as_asked_for(roster):
    for path in sorted(roster.parent.glob("*.flac")):
        with open_mono_sound(path) as sound:
            assert sum(len(block) for block in sound.blocks()) == 10 * 44_100


def test_what_is_there_is_not_made_again_but_what_is_missing(roster):
    files = sorted(roster.parent.glob("*.flac"))
    before = files[0].read_bytes()
    made = files[1].stat().st_mtime_ns
    files[0].unlink()
    write_demonstration(roster.parent, seconds=10.0, seed=1)
    assert files[0].read_bytes() == before
    assert files[1].stat().st_mtime_ns == made


def test_a_damaged_recording_is_played_again_and_said_to_be(roster):
    file = sorted(roster.parent.glob("*.flac"))[0]
    right, times = file.read_bytes(), {}
    for one in roster.parent.glob("*.flac"):
        times[one] = one.stat().st_mtime_ns
    ((_, flipped),) = flips(right, 1)
    file.write_bytes(flipped)
    write_demonstration(roster.parent, 10.0, 1, shown := Remarks())
    assert shown.remarks == [f"{file} is damaged, and is played again"]
    assert file.read_bytes() == right
    assert all(one.stat().st_mtime_ns == times[one] for one in times if one != file)
    assert set(file_states(roster.parent, read_sums(roster.parent / SUMS_FILE)).values()) == {
        "unchanged"
    }


def test_flac_gives_back_the_samples(tmp_path):
    samples = np.sin(np.arange(30_000) / 7).astype(np.float32) * 0.5
    write_flac(tmp_path / "a.flac", samples, 24_000)
    with open_mono_sound(tmp_path / "a.flac") as sound:
        assert sound.sample_rate == 24_000
        decoded = np.concatenate(list(sound.blocks()))
    assert np.abs(decoded - samples).max() < 1 / 32_000
