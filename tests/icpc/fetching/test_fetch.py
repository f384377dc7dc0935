"""What becomes of each recording, whatever the server does."""

import csv
import errno
import hashlib

import pytest
from filelock import FileLock
from sounds import piano, write_sound

from icpc.competition.competitions import read_competition
from icpc.competition.recordings import match_recordings
from icpc.fetching import fetch as fetching
from icpc.fetching.fetch import FetchSettings, fetch_recordings
from icpc.fetching.wanted import Wanted, wanted_of_competition
from ranking.download import transfer
from ranking.download.waits import Waits
from ranking.errors import FetchError
from ranking.progress import Progress


@pytest.fixture(scope="session")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    for seed, (name, seconds) in enumerate({"a.mp3": 12, "b.flac": 11, "c.wav": 3}.items()):
        write_sound(folder / name, piano(seconds, 16_000, seed=seed), 16_000)
    return folder


@pytest.fixture
def served(recordings, sounds):
    for path in sounds.iterdir():
        (recordings.folder / path.name).write_bytes(path.read_bytes())
    return recordings


@pytest.fixture
def fetch(tmp_path):
    """Fetches into ``folder``, without waiting; returns entries by candidate."""

    def fetch_all(*wanted, retries=2):
        waits = Waits(retries, first=0, sleep=lambda _: None)
        settings = FetchSettings(fetch_all.folder, pause=0, waits=waits)
        found = fetch_recordings(wanted, settings)
        assert [one for one, _ in found] == list(wanted)
        return {one.candidate: entry for one, entry in found}

    fetch_all.folder = tmp_path / "fetched"
    return fetch_all


def index_of(fetch):
    with (fetch.folder / "index.csv").open(encoding="utf-8", newline="") as file:
        return {row["candidate"]: row for row in csv.DictReader(file)}


def wanted(candidate, address, seconds=None):
    return Wanted(candidate, address, candidate, seconds)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_recording_is_fetched_once(served, fetch, sounds):
    one = wanted("ana", served.file("a.mp3", "a.mp3"), 12)
    entry = fetch(one)["ana"]
    assert (entry.state, entry.file.name) == ("fetched", "ana.mp3")
    assert entry.sha256 == sha256(entry.file) == sha256(sounds / "a.mp3")
    assert entry.seconds == pytest.approx(12, abs=0.1)
    row = index_of(fetch)["ana"]
    assert row["recording"] == "ana.mp3" and row["sha256"] == entry.sha256
    assert fetch(one)["ana"].state == "present"
    assert len(served.asked) == 1
    assert {path.name for path in fetch.folder.iterdir()} == {"ana.mp3", "index.csv", ".fetching"}
    assert not list((fetch.folder / ".fetching").glob("ana.[pj]*"))


def test_one_that_does_not_come_does_not_stop_the_others(served, fetch):
    bad = {
        "gone": served.status("1.mp3", 404),
        "private": served.status("2.mp3", 403),
        "failed": served.status("3.mp3", 500),
        "refused": served.redirect("4.mp3", "file:///etc/passwd"),
    }
    asked = [wanted(state, url) for state, url in bad.items()]
    local = wanted("local", served.redirect("5.mp3", "http://10.0.0.1/a.mp3"))
    ftp = wanted("ftp", "ftp://example.org/a.mp3")
    data = wanted("data", served.file("6.mp3", "a.bin"))
    found = fetch(*asked, local, ftp, data, wanted("ana", served.file("a.mp3", "a.mp3")))
    assert {name: entry.state for name, entry in found.items()} == {
        **{state: state for state in bad},
        **{"local": "refused", "ftp": "refused", "data": "refused", "ana": "fetched"},
    }
    assert {name: row["state"] for name, row in index_of(fetch).items()} == {
        name: entry.state for name, entry in found.items()
    }
    assert not list((fetch.folder / ".fetching").glob("*.part"))


def test_only_what_failed_is_asked_for_again(served, fetch):
    def then(request):
        return served.answer(request, "a.mp3")

    flaky = wanted("flaky", served.status("f.mp3", *[503] * 3, then=then))
    fine = wanted("fine", served.file("b.flac", "b.flac"))
    assert fetch(flaky, fine)["flaky"].state == "failed"
    assert fetch(flaky, fine)["flaky"].state == "fetched"
    assert [path for path, _ in served.asked] == ["f.mp3"] * 3 + ["b.flac", "f.mp3"]


@pytest.mark.parametrize(
    ("listed", "state"),
    [(12, "fetched"), (13.9, "fetched"), (14.2, "wrong length"), (None, "fetched")],
)
def test_a_length_is_wrong_by_more_than_two_seconds_and_one_per_cent(served, fetch, listed, state):
    one = wanted("ana", served.file("a.mp3", "a.mp3"), listed)
    entry = fetch(one)["ana"]
    assert entry.state == state
    assert entry.file.name == "ana.mp3"
    assert index_of(fetch)["ana"]["recording"] == ("ana.mp3" if state == "fetched" else "")
    assert fetch(one)["ana"].state in ("present", state)
    assert len(served.asked) == 1


def test_a_long_recording_may_differ_by_one_per_cent():
    from icpc.fetching.checks import _is_as_long

    assert _is_as_long(1818, 1800) and _is_as_long(1782, 1800)
    assert not _is_as_long(1819, 1800) and not _is_as_long(1781, 1800)


def test_the_user_may_take_a_file_of_the_wrong_length(served, fetch):
    one = wanted("ana", served.file("a.mp3", "a.mp3"), 100)
    assert "fill in 'recording'" in fetch(one)["ana"].remark
    path = fetch.folder / "index.csv"
    path.write_text(path.read_text().replace("ana,,wrong length", "ana,ana.mp3,wrong length"))
    assert fetch(one)["ana"].state == "present"
    assert index_of(fetch)["ana"]["recording"] == "ana.mp3"


def test_one_recording_of_two_candidates_is_found_by_its_content(served, fetch):
    ana = wanted("ana", served.file("a.mp3", "a.mp3"))
    bela = wanted("bela", served.file("same.mp3", "a.mp3"))
    chen = wanted("chen", ana.address)
    found = fetch(ana, bela, chen)
    assert [one.state for one in found.values()] == ["fetched", "duplicate", "duplicate"]
    assert "of ana" in found["bela"].remark and "of ana" in found["chen"].remark
    assert [path for path, _ in served.asked] == ["a.mp3", "same.mp3"]
    assert index_of(fetch)["bela"]["recording"] == ""
    assert fetch(ana, bela, chen)["bela"].state == "duplicate"


def test_a_file_that_is_cut_off_on_the_server_is_kept_and_not_used(served, fetch):
    content = (served.folder / "b.flac").read_bytes()
    (served.folder / "b.flac").write_bytes(content[: len(content) // 2])
    one = wanted("ana", served.file("b.flac", "b.flac"))
    assert fetch(one)["ana"].state == "cut off"
    assert index_of(fetch)["ana"]["recording"] == ""


def test_less_than_a_server_has_is_the_wrong_length(served, fetch):
    def answer(request):
        response = served.answer(request, "a.mp3", ranges=False)
        response.headers["Content-Length"] = str(int(response.headers["Content-Length"]) // 2)
        return response

    assert fetch(wanted("ana", served.add("a.mp3", answer), 12))["ana"].state == "wrong length"


def test_paths_of_the_roster_are_looked_for(served, fetch, sounds):
    fetch.folder.mkdir()
    (fetch.folder / "mine.mp3").write_bytes((sounds / "a.mp3").read_bytes())
    there, not_there = wanted("ana", "mine.mp3", 12), wanted("bela", "no.mp3")
    outside = wanted("chen", "../served/a.mp3")
    found = fetch(there, not_there, outside)
    assert [one.state for one in found.values()] == ["present", "missing", "refused"]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("www.youtube.com/watch?v=abc", True),
        ("example.org/a.mp3", True),
        ("https//example.org/a.mp3", True),
        ("http:/example.org/a.mp3", True),
        ("day 1/ana.mp3", False),
        ("ana.mp3", False),
    ],
)
def test_an_address_without_its_beginning_is_taken_for_a_path_and_a_hint_says_so(
    fetch, written, hint
):
    entry = fetch(wanted("ana", written))["ana"]
    assert entry.state == "missing"
    assert ("begin it with https://" in entry.remark) == hint


def test_a_file_that_the_user_brought_is_taken(served, fetch, sounds):
    fetch.folder.mkdir()
    (fetch.folder / "ana.wav").write_bytes((sounds / "c.wav").read_bytes())
    assert fetch(wanted("ana", served.status("gone.mp3", 404)))["ana"].state == "present"
    assert not served.asked


def test_what_the_user_wrote_into_the_index_stays(served, fetch):
    one = wanted("ana", served.file("a.mp3", "a.mp3"))
    fetch(one)
    path = fetch.folder / "index.csv"
    head, row = path.read_text().splitlines()
    path.write_text(f"{head},mine\n{row},=1+1\nbela,live.mp3{',' * head.count(',')}\n")
    fetch(one, wanted("chen", served.status("b.mp3", 404)))
    rows = index_of(fetch)
    assert list(rows) == ["ana", "bela", "chen"]
    assert rows["ana"]["mine"].endswith("=1+1") and rows["bela"]["recording"] == "live.mp3"


def test_the_index_says_whose_recordings_are_whose(served, fetch, tmp_path):
    roster = tmp_path / "roster.csv"
    addresses = [served.file("a.mp3", "a.mp3"), served.status("x.mp3", 404)]
    rows = "\n".join(f"c{number},{one}" for number, one in enumerate(addresses))
    roster.write_text(f"candidate,recording\n{rows}\n")
    competition = read_competition(roster)
    fetch(*wanted_of_competition(competition))
    found = match_recordings(competition, fetch.folder, fetch.folder / "index.csv")
    assert found.table["path"].tolist() == [fetch.folder / "c0.mp3"]
    assert "c1" in found.remarks[0]


def test_what_another_process_fetches_is_left_to_it(served, fetch, monkeypatch):
    ana, bela = (
        wanted("ana", served.file("a.mp3", "a.mp3")),
        wanted("bela", served.file("b.flac", "b.flac")),
    )
    work = fetch.folder / ".fetching"
    work.mkdir(parents=True)
    other = FileLock(work / "ana.lock")
    other.acquire()
    done = fetching._Run._fetch_one

    def fetch_one(run, one):
        if one.candidate == "bela":
            other.release()
        return done(run, one)

    monkeypatch.setattr(fetching._Run, "_fetch_one", fetch_one)
    found = fetch(ana, bela)
    assert [one.state for one in found.values()] == ["fetched", "fetched"]
    assert [path for path, _ in served.asked] == ["b.flac", "a.mp3"]


def test_without_a_network_it_ends_after_three(served, fetch):
    away = [wanted(f"c{n}", f"http://127.0.0.1:1/{n}.mp3") for n in range(9)]
    with pytest.raises(FetchError, match="connect to the network; the same command") as caught:
        fetch(*away, retries=0)
    assert caught.value.exit_code == 1
    states = [row["state"] for row in index_of(fetch).values()]
    assert states == ["failed"] * 3 + ["waiting"] * 6


def test_a_folder_that_cannot_be_written_is_an_error(served, fetch):
    fetch.folder.write_text("no folder")
    with pytest.raises(FetchError, match=r"it cannot be written .*choose another place"):
        fetch(wanted("ana", served.url("a.mp3")))


def test_a_damaged_file_is_looked_at_again(served, fetch):
    one = wanted("ana", served.file("a.mp3", "a.mp3"), 12)
    path = fetch(one)["ana"].file
    path.write_bytes(path.read_bytes()[:30_000])
    entry = fetch(one)["ana"]
    assert entry.state == "wrong length"
    assert index_of(fetch)["ana"]["bytes"] == "30000"
    path.unlink()
    assert fetch(one)["ana"].state == "fetched"


def test_a_full_disk_ends_the_call_and_keeps_what_came(served, fetch, monkeypatch):
    one = wanted("ana", served.file("a.mp3", "a.mp3"))
    there = wanted("bela", served.file("b.flac", "b.flac"))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(transfer, "_receive", full)
        with pytest.raises(FetchError, match="make room, and give the same") as caught:
            fetch(one, there)
    assert caught.value.exit_code == 1
    assert [entry.state for entry in fetch(one, there).values()] == ["fetched", "fetched"]


@pytest.mark.slow
def test_a_page_is_fetched_by_the_sound_in_it(served, fetch):
    """By yt-dlp's generic extractor, resumed where its file breaks off; other pages do no harm."""
    served.file("sound/a.mp3", "a.mp3", stop=lambda length: min(length, 30_000))
    page = "<title>{}</title><audio src='/sound/{}.mp3'></audio>"
    served.status("sound/gone.mp3", 404)
    ana = wanted("ana", served.page("ana", page.format("A recital", "a")), 12)
    gone = wanted("gone", served.page("gone", page.format("Gone", "gone")))
    away = wanted("away", served.page("away", "<audio src='http://10.0.0.1/a.mp3'></audio>"))
    empty = wanted("empty", served.page("empty", "<p>nothing"))
    found = fetch(ana, gone, away, empty, retries=9)
    assert [one.state for one in found.values()] == ["fetched", "failed", "refused", "refused"]
    assert found["ana"].file.name == "ana.mp3" and "A recital" in found["ana"].title
    assert "A recital" in index_of(fetch)["ana"]["title"]
    assert [asked for path, asked in served.asked if path == "sound/a.mp3"][:2] == [
        "",
        "bytes=30000-",
    ]


def test_names_do_not_steer_the_terminal(served, tmp_path):
    class Shown(Progress):
        def advance(self, steps=1, detail=""):
            details.append(detail)

    details: list[str] = []
    one = Wanted("\x1b[2Jana" + "x" * 999, served.file("a.mp3", "a.mp3"), "ana")
    fetch_recordings([one], FetchSettings(tmp_path / "fetched"), Shown())
    assert any("ana" in detail for detail in details)
    assert all(detail.isprintable() and len(detail) < 70 for detail in details)
