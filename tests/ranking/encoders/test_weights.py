"""Weights come whole, from where a download broke off, or not at all."""

import hashlib
import http.server
import re
import threading
from dataclasses import replace

import pytest
import torch
from oracles import oracle

from ranking.download.waits import Waits
from ranking.encoders import jukebox, load_encoder, spec_of
from ranking.encoders import weights as of_encoders
from ranking.encoders.spec import Weights
from ranking.encoders.weights import find_required_weights
from ranking.encoders.weights_lock import lock_first_use
from ranking.errors import WeightsError
from ranking.files.hashing import file_sha256
from ranking.progress import SILENT, Progress

CONTENT = bytes(range(256)) * 20_000  # 5 MB

ONCE = Waits(retries=0)


def fetch_weights(weights, folder, progress=SILENT, waits=ONCE):
    """The path of weights, asked for once unless told otherwise."""
    return of_encoders.fetch_weights(weights, folder, progress, waits)


class Server(http.server.ThreadingHTTPServer):
    """Serves one file with ranges; may break off, and may change the file."""

    content = CONTENT
    breaks_after: int | None = None
    content_type: str = ""
    target: str = ""
    asked: list[str | None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", self.server.target)
            self.end_headers()
            return
        if self.path != "/weights.bin":
            self.send_error(404)
            return
        content = self.server.content
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        start = 0
        if wanted and self.headers.get("If-Range") == tag:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", tag)
        if self.server.content_type:
            self.send_header("Content-Type", self.server.content_type)
        self.end_headers()
        stop = self.server.breaks_after
        self.wfile.write(content[start : None if stop is None else start + stop])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def weights(server):
    return Weights(
        file="w.bin",
        url=f"http://127.0.0.1:{server.server_port}/weights.bin",
        size=len(CONTENT),
        licence="none",
        source="a test",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )


class Recorded(Progress):
    """Records its stages, and the steps that were done."""

    def __init__(self):
        self.stages, self.steps = [], 0

    def start(self, what, total=None, unit=""):
        self.stages.append((what, total, unit))
        return self

    def advance(self, steps=1, detail=""):
        self.steps += steps


def test_a_file_is_fetched_once_with_progress(server, weights, tmp_path):
    progress = Recorded()
    path = fetch_weights(weights, tmp_path / "new", progress)
    assert path.read_bytes() == CONTENT
    assert progress.stages == [("w.bin", len(CONTENT), "bytes")]
    assert progress.steps == len(CONTENT)
    assert fetch_weights(weights, tmp_path / "new") == path
    assert server.asked == [None]
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["w.bin"]


def test_a_broken_download_is_resumed_where_it_broke_off(server, weights, tmp_path):
    server.breaks_after = 3_000_000
    with pytest.raises(WeightsError, match=r"the download failed .* try again, which resumes"):
        fetch_weights(weights, tmp_path)
    assert not (tmp_path / "w.bin").exists()
    server.breaks_after = None
    progress = Recorded()
    assert fetch_weights(weights, tmp_path, progress).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=3000000-"]
    assert progress.stages == [("w.bin", len(CONTENT), "bytes")]
    assert progress.steps == len(CONTENT)


def test_a_download_that_breaks_off_is_tried_again_by_itself(server, weights, tmp_path):
    server.breaks_after = 3_000_000
    waited = []
    fetch_weights(weights, tmp_path, waits=Waits(sleep=waited.append))
    assert server.asked == [None, "bytes=3000000-"] and waited == [2.0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.bin"]


def test_weights_come_over_https_alone_and_so_do_redirects(server, weights, tmp_path):
    plain = replace(weights, url="http://example.org/weights.bin")
    with pytest.raises(WeightsError, match=r"example\.org/weights\.bin: it is not encrypted"):
        fetch_weights(plain, tmp_path)
    elsewhere = replace(weights, url=weights.url.replace("weights.bin", "moved"))
    for target in ("file:///etc/passwd", "http://10.0.0.1/weights.bin"):
        server.target = target
        with pytest.raises(WeightsError, match=r"only http and https|not public"):
            fetch_weights(elsewhere, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_page_in_place_of_weights_is_named(server, weights, tmp_path):
    """As the login page of a network is."""
    server.content_type = "text/html"
    with pytest.raises(WeightsError, match="a page of the web, not the file; open the address in"):
        fetch_weights(weights, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_part_of_version_0_1_0_is_no_harm(weights, tmp_path):
    (tmp_path / "w.bin.part").write_bytes(CONTENT[:1000])
    (tmp_path / "w.bin.part.etag").write_text("tag")
    assert fetch_weights(weights, tmp_path).read_bytes() == CONTENT
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.bin"]


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(server, weights, tmp_path):
    server.breaks_after = 1000
    with pytest.raises(WeightsError):
        fetch_weights(weights, tmp_path)
    server.breaks_after, server.content = None, CONTENT[::-1]
    changed = replace(weights, sha256=hashlib.sha256(CONTENT[::-1]).hexdigest())
    assert fetch_weights(changed, tmp_path).read_bytes() == CONTENT[::-1]


def test_another_file_than_published_is_refused_and_deleted(server, weights, tmp_path):
    server.content = b"something else"
    with pytest.raises(WeightsError, match="the download is not the published file"):
        fetch_weights(weights, tmp_path)
    assert not (tmp_path / "w.bin").exists()
    server.content = CONTENT
    assert fetch_weights(weights, tmp_path).read_bytes() == CONTENT


def test_a_damaged_file_in_the_cache_is_fetched_again(weights, tmp_path):
    (tmp_path / "w.bin").write_bytes(b"damaged")
    assert fetch_weights(weights, tmp_path).read_bytes() == CONTENT


def test_the_answer_of_a_server_that_refuses_is_shown(weights, tmp_path):
    gone = replace(weights, url=weights.url.replace("weights.bin", "gone.bin"))
    with pytest.raises(WeightsError, match=r"the server answers 404 .* put it at .*w\.bin"):
        fetch_weights(gone, tmp_path)


def test_offline_one_error_says_what_to_get_from_where_to_which_path(weights, server, tmp_path):
    server.server_close()
    with pytest.raises(WeightsError) as caught:
        fetch_weights(weights, tmp_path)
    assert "the download failed" in str(caught.value)
    assert weights.url in caught.value.remedy
    assert str(tmp_path / "w.bin") in caught.value.remedy


@pytest.mark.parametrize("name", ["dac", "audiomae", "mert", "jukebox", "basicpitch"])
def test_missing_weights_are_named_with_the_source_and_the_path(tmp_path, name):
    spec = spec_of(name)
    with pytest.raises(WeightsError) as caught:
        find_required_weights(spec, tmp_path)
    assert caught.value.key == "fetch-weights"
    assert caught.value.facts["encoder"] == name
    assert spec.weights.url.removeprefix("pip:") in caught.value.remedy
    assert str(tmp_path / spec.weights.file) in caught.value.remedy
    assert spec.weights.licence in caught.value.what


def test_the_spectrogram_needs_none(tmp_path):
    assert find_required_weights(spec_of("spectrogram"), tmp_path) is None


@pytest.mark.slow
def test_a_package_that_pip_cannot_download_is_named(tmp_path):
    weights = replace(spec_of("basicpitch").weights, url="pip:basic-pitch==0.0.0.invalid")
    with pytest.raises(WeightsError, match="pip cannot download it"):
        fetch_weights(weights, tmp_path)


@pytest.fixture
def unpublished(weights):
    """Weights that nobody published a hash of."""
    return replace(weights, sha256="")


def needing(weights):
    return replace(spec_of("audiomae"), weights=weights)


@pytest.fixture
def small_jukebox(unpublished, monkeypatch):
    """An encoder whose weights are small, under the name of ``unpublished``."""
    monkeypatch.setattr(jukebox, "SPEC", replace(jukebox.SPEC, weights=unpublished))
    return oracle("jukebox-encoder2")[0]


def test_a_file_without_a_published_hash_is_locked_when_it_was_loaded(small_jukebox, tmp_path):
    path, lock = tmp_path / "w.bin", tmp_path / "w.bin.sha256"
    path.write_bytes(CONTENT)
    with pytest.raises(WeightsError, match="it is no weights file"):
        load_encoder("jukebox", find_required_weights(jukebox.SPEC, tmp_path))
    assert not lock.exists()  # the right file can still be put there
    torch.save(small_jukebox, path)
    load_encoder("jukebox", find_required_weights(jukebox.SPEC, tmp_path))
    first = path.read_bytes()
    assert lock.read_text() == f"{hashlib.sha256(first).hexdigest()}  w.bin\n"  # as sha256sum's
    load_encoder("jukebox", find_required_weights(jukebox.SPEC, tmp_path))
    path.write_bytes(first[::-1])
    with pytest.raises(WeightsError) as caught:
        find_required_weights(jukebox.SPEC, tmp_path)
    assert caught.value.where == str(path)
    assert "it is not the file that was used here first" in caught.value.what
    assert hashlib.sha256(first).hexdigest() in caught.value.what
    assert f"remove {lock}" in caught.value.remedy
    lock.unlink()
    assert find_required_weights(jukebox.SPEC, tmp_path) == path


def test_weights_of_ones_own_are_not_locked(small_jukebox, tmp_path):
    torch.save(small_jukebox, tmp_path / "mine.bin")
    load_encoder("jukebox", tmp_path / "mine.bin")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.bin"]


def test_a_locked_file_is_never_replaced_by_another(server, unpublished, tmp_path):
    path = fetch_weights(unpublished, tmp_path)
    lock_first_use(unpublished, path)
    path.write_bytes(b"damaged")
    assert fetch_weights(unpublished, tmp_path).read_bytes() == CONTENT
    path.unlink()
    server.content = CONTENT[::-1]
    with pytest.raises(WeightsError, match="it is not the file that was used here first"):
        fetch_weights(unpublished, tmp_path)
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"no hash", b"\xff\xfe"])
def test_a_damaged_lock_is_named(unpublished, tmp_path, content):
    (tmp_path / "w.bin").write_bytes(CONTENT)
    (tmp_path / "w.bin.sha256").write_bytes(content)
    with pytest.raises(WeightsError, match=r"w\.bin\.sha256: it holds no SHA-256; remove it"):
        find_required_weights(needing(unpublished), tmp_path)


def test_weights_in_a_folder_that_cannot_be_written_to_are_used_unlocked(
    unpublished, tmp_path, monkeypatch
):
    (tmp_path / "w.bin").write_bytes(CONTENT)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ranking.encoders.weights_lock.open_atomic", refuse)
    lock_first_use(unpublished, tmp_path / "w.bin")
    assert find_required_weights(needing(unpublished), tmp_path) == tmp_path / "w.bin"
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.bin"]


def test_a_damaged_file_with_a_published_hash_is_not_used(weights, tmp_path):
    (tmp_path / "w.bin").write_bytes(b"damaged")
    with pytest.raises(WeightsError, match=r"w\.bin: it is not the published file .* fetch it"):
        find_required_weights(needing(weights), tmp_path)


@pytest.fixture
def either(unpublished):
    """The same weights in two files, of which the server has the second alone."""
    gone = replace(unpublished, file="w.pth", url=unpublished.url.replace("weights", "gone"))
    return replace(gone, alternatives=(unpublished,))


def test_either_of_two_files_is_found_and_the_one_that_exists_is_fetched(either, server, tmp_path):
    assert fetch_weights(either, tmp_path) == tmp_path / "w.bin"
    assert server.asked == [None, None]
    assert fetch_weights(either, tmp_path) == tmp_path / "w.bin"
    assert find_required_weights(needing(either), tmp_path) == tmp_path / "w.bin"
    assert len(server.asked) == 2
    (tmp_path / "w.bin").rename(tmp_path / "w.pth")
    assert find_required_weights(needing(either), tmp_path) == tmp_path / "w.pth"


def test_where_neither_of_two_files_is_both_are_named(either, tmp_path):
    gone = replace(either, alternatives=(replace(either, file="w.bin"),))
    with pytest.raises(WeightsError, match=r"the server answers 404 .*w\.pth"):
        fetch_weights(gone, tmp_path)
    with pytest.raises(WeightsError, match=r"put it at .*w\.pth, or the same weights at .*w\.bin"):
        find_required_weights(needing(gone), tmp_path)


def test_what_is_not_locked_to_a_hash_is_pinned_to_a_commit():
    """Hugging Face's ``main`` may change; what has no published hash comes from a commit first."""
    for name in ("audiomae", "mert"):
        own = spec_of(name).weights
        assert re.search(r"/resolve/[0-9a-f]{40}/pytorch_model\.bin$", own.url)
    assert len(spec_of("mert").weights.sha256) == 64
    (other,) = spec_of("audiomae").weights.alternatives
    assert other.file == "audiomae-as2m-ft-as20k.safetensors"  # as it was looked for before
    assert other.url.endswith("/model.safetensors")


def test_the_cached_file_has_the_published_hash(basic_pitch_weights):
    assert file_sha256(basic_pitch_weights) == spec_of("basicpitch").weights.sha256
