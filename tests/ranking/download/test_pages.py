"""yt-dlp finds the sound of a page, and does nothing else. It is slow to load."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.failures import TryAgainError
from ranking.download.pages import PageReader, _failure, _sound
from ranking.errors import FetchError, JudgeError

PAGE = "<html><title>A recital</title><audio src='{}'></audio></html>"
URL = "http://example.org/a"


class NoCookies:
    """A jar without cookies."""

    def get_cookie_header(self, _url):
        return None


def find(url):
    return PageReader().find_sound(url, Connector(read_address(url)))


@pytest.mark.slow
def test_the_sound_of_a_page_is_found(recordings):
    recordings.file("sound/a.mp3", "a.bin")
    found = find(recordings.page("page", PAGE.format("sound/a.mp3")))
    assert found.file.url == recordings.url("sound/a.mp3")
    assert found.suffix == ".mp3"
    assert "A recital" in found.title
    assert found.file.headers["Referer"] == recordings.url("page")


@pytest.mark.slow
def test_a_page_without_sound_or_with_several_is_refused(recordings):
    empty = recordings.page("page", "<p>nothing here")
    two = "".join(PAGE.format(f"{name}.mp3") for name in "ab")
    for url, what in ((empty, "no sound"), (recordings.page("two", two), "several")):
        with pytest.raises(FetchError, match=what) as caught:
            find(url)
        assert caught.value.state == "refused"


@pytest.mark.slow
def test_pages_redirect_only_where_files_may(recordings):
    url = recordings.redirect("page", "http://10.0.0.1/page")
    with pytest.raises(FetchError, match="not public") as caught:
        find(url)
    assert caught.value.state == "refused"
    with pytest.raises(FetchError, match="redirects to file:"):
        find(recordings.redirect("page2", "file:///etc/passwd"))


@pytest.mark.slow
def test_a_page_that_is_gone_or_busy_is_told_apart(recordings):
    with pytest.raises(FetchError) as caught:
        find(recordings.status("gone", 404))
    assert caught.value.state == "gone"
    with pytest.raises(TryAgainError) as busy:
        find(recordings.status("busy", 429, Retry_After="9"))
    assert busy.value.after == 9
    del caught, busy
    gc.collect()  # of a connection that is still open there would be a warning


@pytest.mark.slow
def test_a_browser_that_is_not_known_is_an_error():
    with pytest.raises(JudgeError, match=r"name one of .*firefox"):
        PageReader("netscape").check()


@pytest.mark.slow
def test_addresses_of_video_sites_are_known_as_pages():
    reader = PageReader()
    assert reader.is_known("https://www.youtube.com/watch?v=mXb4mRwj8eo")
    assert not reader.is_known("https://example.org/a.mp3")


SPY = """
import json, sys
from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.pages import PageReader
seen = []
def spy(event, values):
    if event.split(".")[0] in ("subprocess", "pty", "shutil") or event in (
        "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "os.mkdir", "os.rename"
    ):
        seen.append([event, repr(values)])
    elif event == "open" and (str(values[1]).strip("rb") or "yt-dlp" in str(values[0])):
        seen.append([event, repr(values)])
sys.dont_write_bytecode = True
sys.addaudithook(spy)
url = sys.argv[1]
reader = PageReader()
exec(sys.argv[2])  # nothing, or what the spy must see
found = reader.find_sound(url, Connector(read_address(url)))
assert not [name for name in sys.modules if name.startswith(("yt_dlp_plugins", "ytdlp_plugins"))]
print(json.dumps([found.file.url, seen]))
"""


@pytest.mark.slow
def test_yt_dlp_runs_no_program_writes_no_file_and_reads_no_configuration(
    recordings, tmp_path, monkeypatch
):
    """With a configuration and a plugin in each place where yt-dlp looks for them."""
    evil = f"raise SystemExit(open({str(tmp_path / 'ran')!r}, 'w').write('x'))"
    for place in ("home/.config/yt-dlp", "home/.yt-dlp", "home"):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "config").write_text("--exec 'touch ran'\n-P /nonexistent\n")
        (tmp_path / place / "yt-dlp.conf").write_text("--exec 'touch ran'\n")
    for place in ("home/.config/yt-dlp/plugins/a", "home/.yt-dlp/plugins/a", "path"):
        folder = tmp_path / place / "yt_dlp_plugins" / "extractor"
        folder.mkdir(parents=True)
        (folder / "evil.py").write_text(evil)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home/.config"))
    root = Path(__file__).parents[3]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{tmp_path / 'path'}")
    recordings.file("a.mp3", "a.bin")
    url = recordings.page("page", PAGE.format("a.mp3"))
    found, seen = spied(url, tmp_path)
    assert found == recordings.url("a.mp3")
    assert seen == []
    assert not (tmp_path / "ran").exists()


def spied(url, folder, planted=""):
    """What is found in a page, and the programs, files and configurations that were touched."""
    done = subprocess.run(
        [sys.executable, "-c", SPY, url, planted],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, seen = json.loads(done.stdout)
    return found, [event for event, values in seen if "/dev/null" not in values]


IN_EXTRACTOR = """
from yt_dlp.extractor.generic import GenericIE
own = GenericIE._real_extract
def planted(self, url):
    {}
    return own(self, url)
GenericIE._real_extract = planted
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("planted", "event"),
    [
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import os; os.system('true')", "os.system"),
        ("import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)", "os.posix_spawn"),
        ("from yt_dlp.utils import Popen; Popen.run(['true'])", "subprocess.Popen"),
        ("open('written', 'w').close()", "open"),
        ("import os; os.mkdir('made')", "os.mkdir"),
        ("import os; os.path.isfile('yt-dlp.conf') and open('yt-dlp.conf').close()", "open"),
    ],
)
def test_a_program_or_file_that_yt_dlp_would_touch_is_seen(
    recordings, tmp_path, monkeypatch, planted, event
):
    """Planted where yt-dlp reads the page: the test above would fail."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    (tmp_path / "yt-dlp.conf").write_text("--exec ls")
    recordings.file("a.mp3", "a.bin")
    url = recordings.page("page", PAGE.format("a.mp3"))
    _, seen = spied(url, tmp_path, IN_EXTRACTOR.format(planted))
    assert event in seen


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("ERROR: [youtube] x: Video unavailable. This video has been removed by x", "gone"),
        ("ERROR: [youtube] x: This video is no longer available because the account "
         "has been terminated", "gone"),
        ("ERROR: [youtube] x: Private video. Sign in if you've been granted access", "private"),
        ("ERROR: [youtube] x: Sign in to confirm you’re not a bot", "private"),
        ("ERROR: [vimeo] x: This video is protected by a password", "private"),
        ("ERROR: [generic] Unsupported URL: http://example.org/a", "refused"),
        ("ERROR: [x] a: Requested format is not available. Use --list-formats", "refused"),
        ("ERROR: [x] a: Unable to extract title; please report this issue on", "refused"),
    ],
)  # fmt: skip
def test_what_a_site_says_becomes_a_state(message, state):
    error = _failure(URL, message, [])
    assert error.state == state
    assert "please report" not in str(error) and "ERROR" not in str(error)


def test_what_is_busy_is_asked_again():
    busy = TryAgainError("the server answers 429", 5.0)
    assert _failure(URL, "ERROR: [x] a: HTTP Error 429: Too Many Requests", [busy]) is busy
    assert isinstance(_failure(URL, "[x] a: HTTP Error 503: Unavailable", []), TryAgainError)


@pytest.mark.parametrize(
    ("found", "what"),
    [
        ({"is_live": True}, "live"),
        ({"duration": 13 * 3600}, "longer than 12 hours"),
        ({"url": "file:///etc/passwd"}, "only http"),
        ({"url": None}, "no sound"),
    ],
)
def test_what_yt_dlp_finds_is_checked(found, what):
    with pytest.raises(FetchError, match=what) as caught:
        _sound(URL, {"url": "http://example.org/a.webm", "ext": "webm", **found}, NoCookies())
    assert caught.value.state == "refused"


def test_the_ending_that_a_page_names_is_a_safe_one():
    page = {"url": "http://example.org/a", "ext": "../x", "channel": "C", "title": "T"}
    found = _sound(URL, page, NoCookies())
    assert (found.suffix, found.channel, found.title) == ("", "C", "T")
    found = _sound(URL, page | {"title": "t" * 10**6, "uploader": "u"}, NoCookies())
    assert len(found.title) == 300
    sized = {"ext": "webm", "downloader_options": {"http_chunk_size": 10}}
    assert _sound(URL, page | sized, NoCookies()).file.block == 10
