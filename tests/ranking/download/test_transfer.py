"""Files come whole, from where they broke off, or not at all."""

import pytest
from recording_server import unused_port

from ranking.download import transfer
from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.transfer import (
    PageError,
    RemoteFile,
    fetch_file,
    remove_part,
)
from ranking.download.waits import Waits
from ranking.errors import FetchError

SIZE = 500_000


@pytest.fixture
def fetch(tmp_path):
    """Fetches to a part; how long it waited is in ``waited``."""

    def fetch_one(url, timeout=2.0, retries=4, **options):
        waits = Waits(retries, first=2, sleep=fetch_one.waited.append)
        remote = RemoteFile(url, key="a recording", **options)
        return fetch_file(remote, fetch_one.part, Connector(read_address(url), timeout), waits)

    fetch_one.waited, fetch_one.part = [], tmp_path / "a.part"
    return fetch_one


def is_whole(fetch, recordings):
    return fetch.part.read_bytes() == (recordings.folder / "a.bin").read_bytes()


def test_a_file_is_fetched_once(recordings, fetch):
    url = recordings.file("a", "a.bin")
    assert fetch(url).size == SIZE
    assert is_whole(fetch, recordings)
    fetch(url)
    assert recordings.asked == [("a", "")]
    remove_part(fetch.part)
    assert list(fetch.part.parent.glob("a.*")) == []


@pytest.mark.parametrize("validator", ['"v1"', 'W/"weak"', ""])
def test_what_breaks_off_is_resumed_where_it_broke_off(recordings, fetch, validator):
    url = recordings.file("a", "a.bin", validator, stop=lambda length: min(length, 200_000))
    fetch(url)
    assert is_whole(fetch, recordings)
    assert fetch.waited == [2, 4] or not validator.startswith('"')
    overlap = 0 if validator.startswith('"') else transfer.OVERLAP_BYTES
    assert [one for _, one in recordings.asked][:2] == ["", f"bytes={200_000 - overlap}-"]
    assert recordings.sent <= SIZE + overlap * (len(recordings.asked) - 1)


@pytest.mark.parametrize("validator", ['"v1"', ""])
def test_a_file_that_changed_is_fetched_from_the_start(recordings, fetch, validator):
    url = recordings.file("a", "a.bin", validator, stop=lambda _: 200_000)
    with pytest.raises(FetchError):
        fetch(url, retries=0)
    content = (recordings.folder / "a.bin").read_bytes()
    (recordings.folder / "a.bin").write_bytes(content[::-1])
    recordings.server.clear()
    fetch(recordings.file("a", "a.bin", validator and '"v2"'))
    assert is_whole(fetch, recordings)


def test_without_ranges_it_begins_anew(recordings, fetch):
    stops = iter([100_000, SIZE])
    fetch(recordings.file("a", "a.bin", ranges=False, stop=lambda _: next(stops)))
    assert is_whole(fetch, recordings)


def test_a_part_of_another_recording_is_not_continued(recordings, fetch):
    url = recordings.file("a", "a.bin", stop=lambda _: 1000)
    with pytest.raises(FetchError):
        fetch(url, retries=0)
    part = fetch.part.read_bytes()
    fetch.part.with_suffix(".json").write_text("{}")
    recordings.server.clear()
    fetch(recordings.file("a", "a.bin"))
    assert len(part) == 1000 and is_whole(fetch, recordings)


def test_a_file_is_asked_for_in_blocks_where_the_server_is_slow_with_more(recordings, fetch):
    fetch(recordings.file("a", "a.bin"), block=200_000)
    assert is_whole(fetch, recordings)
    assert [one for _, one in recordings.asked] == [
        "bytes=0-199999",
        "bytes=200000-399999",
        "bytes=400000-599999",
    ]


def test_a_server_that_promises_more_than_it_has_fails_in_the_end(recordings, fetch):
    url = recordings.file("a", "a.bin", ranges=False, stop=lambda length: length - 1)
    with pytest.raises(FetchError, match="it ended after 499,999 of 500,000 bytes") as caught:
        fetch(url)
    assert caught.value.state == "failed"
    assert fetch.waited == [2, 4, 8, 16]


def test_a_server_that_stalls_is_left_and_asked_again(recordings, fetch):
    stops = iter([100_000, SIZE])
    url = recordings.file("a", "a.bin", stop=lambda length: min(length, next(stops)), stall=0.3)
    fetch(url, timeout=0.15)
    assert is_whole(fetch, recordings)
    assert [one for _, one in recordings.asked] == ["", "bytes=100000-"]


def test_a_server_that_trickles_is_taken_to_stall(recordings, fetch, monkeypatch):
    monkeypatch.setattr(transfer, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(transfer, "SLOWEST_BYTES", 1e12)
    with pytest.raises(FetchError, match="it stalls after"):
        fetch(recordings.file("a", "a.bin"), retries=0)


def test_the_server_says_how_long_to_wait(recordings, fetch):
    def then(request):
        return recordings.answer(request, "a.bin")

    fetch(recordings.status("a", 429, 503, then=then, Retry_After="30"))
    assert fetch.waited == [30, 30]
    assert is_whole(fetch, recordings)


def test_too_long_a_wait_is_left_to_the_user(recordings, fetch):
    with pytest.raises(FetchError, match="asks to wait 60 minutes"):
        fetch(recordings.status("a", 429, Retry_After="3600"))
    assert fetch.waited == []


def test_a_server_that_only_fails_is_given_up(recordings, fetch):
    with pytest.raises(FetchError, match="the server answers 500") as caught:
        fetch(recordings.status("a", 500))
    assert caught.value.state == "failed"
    assert len(recordings.asked) == 5


def test_what_is_too_large_is_refused_before_it_comes_or_while_it_does(
    recordings, fetch, monkeypatch
):
    monkeypatch.setattr(transfer, "LARGEST_BYTES", 400_000)
    with pytest.raises(FetchError, match="larger than") as caught:
        fetch(recordings.file("a", "a.bin"))
    assert caught.value.state == "refused"
    assert not fetch.part.exists()

    def endless(request):
        answer = recordings.answer(request, "a.bin", ranges=False)
        del answer.headers["Content-Length"]
        return answer

    with pytest.raises(FetchError, match="larger than"):
        fetch(recordings.add("b", endless))
    assert fetch.part.stat().st_size <= 400_000 + transfer.BLOCK_BYTES


def test_a_part_that_was_complete_though_nobody_knew_is_not_fetched_again(recordings, fetch):
    def without_length(request):
        answer = recordings.answer(request, "a.bin")
        if not request.headers.get("Range"):
            del answer.headers["Content-Length"]
        return answer

    url = recordings.add("a", without_length)
    assert fetch(url).size is None
    sent = recordings.sent
    fetch(url)
    assert is_whole(fetch, recordings)
    assert recordings.sent - sent == transfer.OVERLAP_BYTES


def test_a_page_is_no_file(recordings, fetch):
    with pytest.raises(PageError):
        fetch(recordings.page("a", "<p>"))
    assert not fetch.part.exists()


def test_what_was_packed_unasked_is_refused(recordings, fetch):
    def packed(request):
        answer = recordings.answer(request, "a.bin")
        answer.headers["Content-Encoding"] = "gzip"
        return answer

    with pytest.raises(FetchError, match="compresses it"):
        fetch(recordings.add("a", packed))


def test_a_server_that_cannot_be_reached_is_asked_once_more(fetch):
    with pytest.raises(FetchError, match="it is out of reach") as caught:
        fetch(f"http://127.0.0.1:{unused_port()}/a")
    assert fetch.waited == [2]
    assert caught.value.facts["reached"] is False
