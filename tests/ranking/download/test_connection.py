"""What may be connected to, and what answers mean."""

import io
import socket
import urllib.request
from contextlib import closing
from email.message import Message

import pytest

from ranking.download import connection
from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.failures import TryAgainError, retry_after
from ranking.errors import FetchError

PUBLIC = "93.184.216.34"


def open_url(url, named=None):
    with closing(Connector(read_address(named or url), timeout=2).open(url, {})) as answer:
        return b"".join(iter(lambda: answer.read_some(100_000), b""))


@pytest.mark.parametrize(
    ("code", "state"),
    [(404, "gone"), (410, "gone"), (401, "private"), (403, "private"), (418, "refused")],
)
def test_an_answer_says_what_became_of_a_recording(recordings, code, state):
    with pytest.raises(FetchError, match=f"the server answers {code}") as caught:
        open_url(recordings.status("a", code))
    assert caught.value.state == state


@pytest.mark.parametrize("code", [408, 429, 500, 503])
def test_some_answers_are_worth_another_attempt(recordings, code):
    with pytest.raises(TryAgainError) as caught:
        open_url(recordings.status("a", code, Retry_After="7"))
    assert caught.value.after == 7
    assert caught.value.reached


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "data:text/plain,a",
        "http://10.0.0.1/",
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:22/",
    ],
)
def test_a_redirect_to_elsewhere_is_refused(recordings, target):
    with pytest.raises(FetchError) as caught:
        open_url(recordings.redirect("a", target))
    assert caught.value.state == "refused"


def test_where_https_alone_will_do_no_redirect_leads_out_of_it():
    """The redirect of a server that is named; its own address is of this machine, unencrypted."""
    redirects = connection._Redirects(encrypted=True)
    request = urllib.request.Request("https://example.org/a")
    headers = Message()
    headers["location"] = "http://example.org/b"
    with pytest.raises(FetchError, match=r"redirects to http://example.org/b: it is not encrypted"):
        redirects.http_error_302(request, io.BytesIO(), 302, "Found", headers)
    with pytest.raises(FetchError, match="it is not encrypted"):
        Connector(read_address("http://example.org/a"), encrypted=True).open(
            "http://example.org/a", {}
        )


def test_a_redirect_to_another_port_of_this_machine_is_refused(recordings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(FetchError, match="not public"):
            open_url(recordings.redirect("a", f"http://127.0.0.1:{other.getsockname()[1]}/"))
        other.settimeout(0.05)
        with pytest.raises(TimeoutError):  # nobody came
            other.accept()


def test_a_redirect_on_the_same_host_is_followed(recordings):
    recordings.file("b", "a.bin")
    assert len(open_url(recordings.redirect("a", "/b"))) == 500_000


def test_redirects_without_end_are_refused(recordings):
    with pytest.raises(FetchError, match="again and again") as caught:
        open_url(recordings.redirect("a", "/a"))
    assert caught.value.state == "refused"


@pytest.fixture
def names(monkeypatch, recordings):
    """Names of hosts with numbers of one's own; public ones lead to the server here."""
    known: dict[str, list[str]] = {"localhost": ["127.0.0.1"]}

    def look_up(host, port, **_):
        numbers = known.get(host, [host])
        number = numbers.pop(0) if len(numbers) > 1 else numbers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    class Socket(socket.socket):
        def connect(self, place):
            tried.append(place[0])
            super().connect(("127.0.0.1", recordings.server.port))

    tried: list[str] = []
    monkeypatch.setattr(connection.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(connection.socket, "socket", Socket)
    return known, tried


def test_a_public_server_may_not_redirect_to_this_machine(recordings, names):
    known, tried = names
    known["example.org"] = [PUBLIC]
    recordings.redirect("a", f"http://127.0.0.1:{recordings.server.port}/b")
    recordings.file("b", "a.bin")
    with pytest.raises(FetchError, match="not public"):
        open_url("http://example.org/a")
    assert tried == [PUBLIC]


def test_a_public_name_with_a_private_number_is_refused(names):
    known, tried = names
    known["example.org"] = ["127.0.0.1"]
    with pytest.raises(FetchError, match=r"not public \(127\.0\.0\.1\)"):
        open_url("http://example.org/a")
    assert not tried


def test_a_name_that_changes_its_number_after_the_check_gains_nothing(recordings, names):
    known, tried = names
    known["example.org"] = [PUBLIC, "127.0.0.1"]
    recordings.file("a", "a.bin")
    open_url("http://example.org/a")
    assert tried == [PUBLIC]
    with pytest.raises(FetchError, match="not public"):
        open_url("http://example.org/a")


def test_a_page_of_a_public_server_may_not_lead_here(names):
    _, tried = names
    with pytest.raises(FetchError, match="not public"):
        open_url("http://localhost:1/a", named="http://example.org/page")
    assert not tried


def test_cookies_and_passwords_are_not_taken_to_another_host(recordings, names):
    known, _ = names
    known |= {"one.org": [PUBLIC], "two.org": [PUBLIC]}
    seen = []
    recordings.redirect("a", "http://two.org/b")
    recordings.add(
        "b", lambda request: seen.append(request.headers) or recordings.answer(request, "a.bin")
    )
    named = read_address("http://one.org/a")
    headers = {"Cookie": "secret", "Authorization": "secret", "Referer": "http://one.org/"}
    Connector(named).open(named.url, headers).close()
    assert "Cookie" not in seen[0] and "Authorization" not in seen[0] and "Referer" in seen[0]


def test_no_proxy_of_the_environment_is_asked(recordings, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert len(open_url(recordings.file("a", "a.bin"))) == 500_000


def test_a_server_that_is_not_there_was_not_reached():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryAgainError, match="refused") as caught:
        open_url(f"http://127.0.0.1:{port}/")
    assert not caught.value.reached


def test_a_wait_until_a_date_counts_from_the_clock_of_the_server():
    headers = Message()
    headers["Date"] = "Wed, 21 Oct 2015 07:28:00 GMT"
    headers["Retry-After"] = "Wed, 21 Oct 2015 07:30:00 GMT"
    assert retry_after(headers) == 120
    del headers["Date"]
    assert retry_after(headers) is None
    headers.replace_header("Retry-After", "soon")
    assert retry_after(headers) is None
