"""A process decodes what a thread would, and one process encodes for several that decode."""

import os
import signal
from concurrent.futures import BrokenExecutor

import numpy as np
import pytest
import torch
from sounds import piano, write_sound

from ranking.audio.segments import stream_segments
from ranking.embeddings import embed, workers
from ranking.embeddings.choice import EncoderChoice, load_encoders
from ranking.embeddings.decoders import SLOTS, DecodingProcess, in_batches
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.errors import AudioError, EncoderError

RATES = (16_000, 24_000)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return [
        write_sound(folder / f"{seed}.flac", piano(seconds, 22_050, seed), 22_050)
        for seed, seconds in enumerate((10 * 2 * SLOTS + 25, 13, 31))
    ]


@pytest.fixture
def process():
    process = DecodingProcess(RATES, batch_size=2)
    yield process
    process.close()


def copied(batches):
    return [
        [(one.index, one.seconds, {k: v.copy() for k, v in one.samples.items()}) for one in batch]
        for batch in batches
    ]


def assert_equal(batches, path, rates):
    expected = copied(in_batches(stream_segments(path, rates), 2))
    assert [len(batch) for batch in batches] == [len(batch) for batch in expected]
    for own, other in zip(batches, expected, strict=True):
        for (index, seconds, samples), (*same, values) in zip(own, other, strict=True):
            assert [index, seconds] == same
            assert all(np.array_equal(samples[rate], values[rate]) for rate in rates)


def test_one_recording_after_another_is_decoded_as_by_a_thread(process, recordings):
    for path, rates in zip(recordings, (RATES, RATES[1:], RATES), strict=True):
        assert_equal(copied(process.batches(path, rates, 1.0, False)), path, rates)


def test_errors_come_back_and_what_is_left_half_read_disturbs_nobody(process, recordings, tmp_path):
    (tmp_path / "no.wav").write_bytes(b"no sound")
    with pytest.raises(AudioError, match="no sound file"):
        list(process.batches(tmp_path / "no.wav", RATES, 1.0, False))
    with pytest.raises(AudioError, match="13 s of sound"):
        list(process.batches(recordings[1], RATES, 20.0, False))
    coming = process.batches(recordings[0], RATES, 1.0, False)
    next(coming)
    coming.close()
    assert_equal(copied(process.batches(recordings[2], RATES, 1.0, False)), recordings[2], RATES)


def test_a_process_that_is_killed_breaks_the_executor(process, recordings):
    coming = process.batches(recordings[0], RATES, 1.0, False)
    next(coming)
    os.kill(process._process.pid, signal.SIGKILL)
    with pytest.raises(BrokenExecutor):
        list(coming)


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*.*")
        if path.is_file() and ".claims" not in path.parts
    }


@pytest.mark.slow
def test_embeddings_have_the_bytes_of_one_recording_after_another(
    recordings, tmp_path, monkeypatch
):
    choices = (EncoderChoice("spectrogram"), EncoderChoice("spectrogram", None, (("log", False),)))
    serial = EmbeddingSettings(tmp_path / "serial", choices)
    assert all(one.status == "embedded" for one in embed_all(recordings, serial))
    monkeypatch.setattr(workers, "encodes_alone", lambda device: True)
    fed = EmbeddingSettings(tmp_path / "fed", choices, workers=2)
    outcomes = list(embed_all([*recordings, recordings[0].with_name("none.wav")], fed))
    assert sorted(one.status for one in outcomes) == ["embedded"] * 3 + ["invalid"]
    assert files(tmp_path / "fed") == files(tmp_path / "serial")


def test_a_device_encodes_fewer_segments_after_its_memory_did_not_suffice():
    (loaded,) = load_encoders([EncoderChoice("spectrogram")])

    def encode(chosen):
        if chosen.stop - chosen.start > 5:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return torch.arange(chosen.start, chosen.stop, dtype=torch.float32)

    stored = embed._on_device(loaded, encode, 20)
    assert stored.dtype == torch.float16  # as it is stored: half as much is copied
    assert stored.tolist() == list(range(20))
    assert loaded.limit.size == embed.DEVICE_BATCH // 4

    def none(chosen):
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(EncoderError, match="does not hold one segment"):
        embed._on_device(loaded, none, 20)
