"""From files to the store: complete, once, in step, and after any interruption."""

import json
import random
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from oracles import oracle, saved
from sounds import piano, write_sound

from ranking.audio import completeness
from ranking.audio.segments import stream_segments
from ranking.embeddings.choice import EncoderChoice, load_encoders
from ranking.embeddings.embed import embed_recording
from ranking.embeddings.store import EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.errors import AudioError
from ranking.files.hashing import json_sha256

LENGTHS = (12.0, 25.5, 31.0, 10.4)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    return [
        write_sound(folder / f"{number}.flac", piano(seconds, 16_000, number), 16_000)
        for number, seconds in enumerate(LENGTHS)
    ]


@pytest.fixture
def jukebox(tmp_path):
    return EncoderChoice(
        "jukebox", saved(oracle("jukebox-encoder2")[0], tmp_path / "j.safetensors")
    )


def contents(store):
    """Every file of a store but locks, by name."""
    return {
        str(path.relative_to(store.folder)): path.read_bytes()
        for path in store.folder.rglob("*")
        if path.is_file() and ".claims" not in path.parts
    }


@pytest.mark.slow
def test_embeddings_are_those_of_the_segments_one_by_one(recordings, tmp_path, jukebox):
    """Batches, threads and two encoders at once change nothing; Jukebox gets the peak at 1."""
    store = EmbeddingStore(tmp_path / "store")
    loaded = load_encoders([EncoderChoice("spectrogram"), jukebox])
    outcome = embed_recording(recordings[1], loaded, store, batch_size=2)
    assert outcome.status == "embedded"
    assert outcome.seconds == pytest.approx(25.5)
    mel, top = loaded
    segments = list(stream_segments(recordings[1], (24_000, 44_100)))
    embedding = store.load(mel.cache_key, outcome.recording)
    assert embedding.seconds.tolist() == [10, 10, 5.5]
    peak = np.abs(piano(25.5, 16_000, 1)).max()
    with torch.inference_mode():
        for number, segment in enumerate(segments):
            alone = mel.encoder(torch.from_numpy(segment.samples[24_000])[None])[0].numpy()
            np.testing.assert_allclose(embedding.segments[number], alone, rtol=1e-3, atol=1e-3)
            scaled = torch.from_numpy(segment.samples[44_100] / peak)[None]
            expected = top.encoder(scaled)[0].numpy()
            found = store.load(top.cache_key, outcome.recording).segments[number]
            np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


def test_only_embeddings_that_the_store_lacks_are_computed(recordings, tmp_path, jukebox):
    store = EmbeddingStore(tmp_path / "store")
    first = load_encoders([EncoderChoice("spectrogram")])
    embed_recording(recordings[0], first, store)
    before = contents(store)
    assert embed_recording(recordings[0], first, store).status == "cached"
    both = load_encoders([EncoderChoice("spectrogram"), jukebox])
    assert embed_recording(recordings[0], both, store).status == "embedded"
    after = contents(store)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 3


def test_a_complete_store_is_not_written_to(recordings, tmp_path, monkeypatch):
    store, encoders = (
        EmbeddingStore(tmp_path / "store"),
        load_encoders([EncoderChoice("spectrogram")]),
    )
    assert embed_recording(recordings[0], encoders, store).status == "embedded"
    monkeypatch.setattr(EmbeddingStore, "lock", None)  # a disk that is read-only has none
    assert embed_recording(recordings[0], encoders, store).status == "cached"


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_every_recording_is_embedded_whatever_the_number_of_workers(recordings, tmp_path, workers):
    settings = EmbeddingSettings(
        tmp_path / "store", (EncoderChoice("spectrogram"),), workers=workers
    )
    outcomes = {outcome.path: outcome for outcome in embed_all(recordings, settings)}
    assert [outcomes[path].seconds for path in recordings] == pytest.approx(LENGTHS)
    assert {outcome.status for outcome in outcomes.values()} == {"embedded"}


def test_bad_recordings_come_back_as_errors_and_leave_nothing(recordings, tmp_path):
    cut = tmp_path / "cut.flac"
    cut.write_bytes(recordings[1].read_bytes()[:20_000])
    text = tmp_path / "notes.wav"
    text.write_text("Dear diary")
    settings = EmbeddingSettings(tmp_path / "store", (EncoderChoice("spectrogram"),))
    outcomes = list(embed_all([cut, text, recordings[0], tmp_path / "none.wav"], settings))
    assert [outcome.status for outcome in outcomes] == ["invalid", "invalid", "embedded", "invalid"]
    assert all(isinstance(outcome.error, AudioError) for outcome in outcomes if outcome.error)
    names = [name for name in contents(EmbeddingStore(settings.store)) if name.endswith(".npy")]
    assert len(names) == 1


@pytest.mark.slow
def test_errors_cross_from_worker_processes(recordings, tmp_path):
    settings = EmbeddingSettings(
        tmp_path / "store", (EncoderChoice("spectrogram"),), workers=2, min_seconds=300
    )
    outcomes = list(embed_all(recordings, settings))
    assert all("a window needs 300 s" in str(outcome.error) for outcome in outcomes)


SCRIPT = """
import sys
from pathlib import Path
from ranking.embeddings.choice import EncoderChoice
from ranking.embeddings.workers import EmbeddingSettings, embed_all
store, *paths = map(Path, sys.argv[1:])
settings = EmbeddingSettings(store, (EncoderChoice("spectrogram"),), batch_size=1)
for outcome in embed_all(paths, settings):
    print(outcome.status, flush=True)
"""


def start(store, recordings):
    command = [sys.executable, "-c", SCRIPT, store.folder, *recordings]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 6])
def test_killed_again_and_again_the_store_ends_as_an_uninterrupted_one(recordings, tmp_path, times):
    whole, torn = (EmbeddingStore(tmp_path / name) for name in ("whole", "torn"))
    begun = time.monotonic()
    start(whole, recordings).communicate()
    lasted = time.monotonic() - begun
    moments = random.Random(0)
    for _ in range(times):
        process = start(torn, recordings)
        time.sleep(moments.uniform(0.65, 1.0) * lasted)
        process.kill()
        process.communicate()
        assert list(torn.find_damaged()) == []
        for array in list(torn.folder.glob("*/*.npy"))[:1]:  # so that there is always work left
            torn.remove(array)
    start(torn, recordings).communicate()
    assert contents(torn) == contents(whole)


@pytest.mark.slow
def test_two_processes_share_a_store_and_embed_everything_once(recordings, tmp_path):
    store = EmbeddingStore(tmp_path / "store")
    processes = [start(store, recordings) for _ in range(2)]
    statuses = [process.communicate()[0].split() for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert sum(one.count("embedded") for one in statuses) == len(recordings)
    assert [len(one) for one in statuses] == [len(recordings)] * 2
    assert list(store.find_damaged()) == []


@pytest.fixture
def stereo(tmp_path):
    left, right = piano(25.5, 16_000, 1), piano(25.5, 16_000, 2)
    path = tmp_path / "stereo.flac"
    return write_sound(path, np.stack([left, right]), 16_000, layout="stereo"), left


def test_the_left_channel_alone_is_what_a_file_of_it_would_give(stereo, tmp_path):
    path, left = stereo
    alone = write_sound(tmp_path / "left.flac", left, 16_000)
    left_channel = EncoderChoice("spectrogram", front_end=(("left_channel", True),))
    store = EmbeddingStore(tmp_path / "store")
    loaded = load_encoders([left_channel, EncoderChoice("spectrogram")])
    outcome = embed_recording(path, loaded, store)
    mono = embed_recording(alone, loaded, store)
    of_left, of_mean = (store.load(one.cache_key, outcome.recording).segments for one in loaded)
    expected = store.load(loaded[1].cache_key, mono.recording).segments
    np.testing.assert_array_equal(of_left, expected)
    assert np.abs(of_mean.astype(float) - expected).mean() > 0.1


def test_partial_segments_can_be_left_out(stereo, tmp_path):
    store = EmbeddingStore(tmp_path / "store")
    loaded = load_encoders([EncoderChoice("spectrogram", front_end=(("tails", False),))])
    outcome = embed_recording(stereo[0], loaded, store)
    assert store.load(loaded[0].cache_key, outcome.recording).seconds.tolist() == [10, 10]
    short = write_sound(tmp_path / "short.wav", piano(9, 16_000), 16_000)
    with pytest.raises(AudioError, match=r"9 s of sound; at least 10 s are needed"):
        embed_recording(short, loaded, store)


def test_whether_a_file_was_cut_off_is_asked_once_and_kept(recordings, tmp_path, monkeypatch):
    """Its packets are read again only where the store does not say."""
    cut = tmp_path / "cut.flac"
    cut.write_bytes(recordings[2].read_bytes()[:300_000])
    store, loaded = (
        EmbeddingStore(tmp_path / "store"),
        load_encoders([EncoderChoice("spectrogram")]),
    )
    first = embed_recording(cut, loaded, store, allow_cut=True)
    assert "where it declares 31.0 s" in first.cut_off
    asked, describe = [], completeness.describe_cut
    monkeypatch.setattr(
        completeness, "describe_cut", lambda path: asked.append(path) or describe(path)
    )
    again = embed_recording(cut, loaded, store, allow_cut=True)
    assert (again.status, again.cut_off, asked) == ("cached", first.cut_off, [])
    with pytest.raises(AudioError, match=r"it is cut off: .* where it declares 31\.0 s"):
        embed_recording(cut, loaded, store)
    assert not asked
    (record,) = (store.folder / loaded[0].cache_key.folder).glob(f"{first.recording}.json")
    facts = json.loads(record.read_text())
    del facts["check"], facts["cut_off"]
    record.write_text(json.dumps({**facts, "check": json_sha256(facts)}))
    assert embed_recording(cut, loaded, store, allow_cut=True).cut_off == first.cut_off
    assert asked == [cut]
