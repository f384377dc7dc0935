"""Connections to servers: the one place where addresses of recordings reach the network.

Conventions
-----------
A name is looked up once, and a socket connected to the numbers that were checked
(:mod:`ranking.download.addresses`). Redirects are followed to http and https alone, and checked in
the same way. No proxy of the environment is used: it would look names up itself, unchecked.
Answers are not compressed. Temporary failures are :class:`TryAgainError`; others a ``FetchError``
with the state of the recording.
"""

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urljoin

from ranking.download.addresses import Address, is_public, read_address
from ranking.download.failures import TryAgainError, failure_of_status
from ranking.errors import FetchError
from ranking.files.text import escape_controls

TIMEOUT_SECONDS = 30.0
"""How long a server may say nothing."""
MOST_REDIRECTS = 10
USER_AGENT = "judge (fetches recordings for research)"


FAILURES = (OSError, http.client.HTTPException)
"""What a connection that fails raises."""


class Answer:
    """The answer of a server, read as it comes.

    Parameters
    ----------
    response : the answer, of which nothing was read
    """

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status, self.headers = response.status, response.headers
        self.length = response.length
        """Bytes that will come, None if the server does not say."""
        self.url = response.geturl()
        self._have = 0

    def read_some(self, most: int) -> bytes:
        """Return the bytes that came next, at most so many; none at the end.

        Raises
        ------
        TryAgainError
            If it breaks off.
        """
        try:
            block = self._response.read1(most)
        except FAILURES as error:
            what = str(error) or type(error).__name__
            raise TryAgainError(f"it broke off after {self._have:,} bytes ({what})") from None
        self._have += len(block)
        return block

    def close(self) -> None:
        """Close the connection."""
        self._response.close()


class Connector:
    """Opens addresses for one recording.

    Parameters
    ----------
    named : the address that the user named, whose host may be private
    timeout : seconds in which a server must say something
    encrypted : whether https alone will do, redirects included
    """

    def __init__(
        self, named: Address, timeout: float = TIMEOUT_SECONDS, encrypted: bool = False
    ) -> None:
        self.named, self.timeout, self.encrypted = named, timeout, encrypted

    def open(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer of a server, after redirects.

        Raises
        ------
        FetchError
            If it is refused here, or the server has no such file or does not give it.
        TryAgainError
            If it may succeed later.
        """
        request = urllib.request.Request(
            read_address(url).url, headers={"User-Agent": USER_AGENT, **headers}
        )
        request.add_header("Accept-Encoding", "identity")
        try:
            return Answer(self.send(request))
        except urllib.error.HTTPError as error:
            error.close()
            raise failure_of_status(url, error.code, error.reason, error.headers) from None
        except FAILURES as error:
            raise failure_of_connection(url, error) from None

    def send(
        self,
        request: urllib.request.Request,
        cookies: CookieJar | None = None,
        timeout: float | None = None,
    ) -> http.client.HTTPResponse:
        """Return the answer to a request of any method; errors are those of urllib.

        Parameters
        ----------
        request : what to ask for
        cookies : where cookies are kept; None: nowhere
        timeout : seconds in which the server must say something; None: as always

        Raises
        ------
        FetchError
            If the address, or one that it is redirected to, is refused.
        """
        _check(request.full_url, self.encrypted)
        opener = urllib.request.OpenerDirector()
        for handler in (
            _Http(self.named),
            _Redirects(self.encrypted),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            *([] if cookies is None else [urllib.request.HTTPCookieProcessor(cookies)]),
        ):
            opener.add_handler(handler)
        opener.addheaders = []
        answer: http.client.HTTPResponse = opener.open(request, timeout=timeout or self.timeout)
        return answer


def failure_of_connection(
    url: str, error: OSError | http.client.HTTPException
) -> FetchError | TryAgainError:
    """Return what a failed connection means for a recording."""
    inner = getattr(error, "reason", None)
    cause = inner if isinstance(inner, Exception) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            url,
            f"its certificate is not valid ({cause.verify_message})",
            "open it in a browser",
            state="refused",
        )
    reached = not isinstance(cause, socket.gaierror | ConnectionRefusedError) and not (
        isinstance(cause, OSError) and type(cause) is OSError
    )
    cause_text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return TryAgainError(f"the connection failed ({cause_text})", reached=reached)


def _check(url: str, encrypted: bool) -> None:
    """Refuse an address that may not be asked for."""
    address = read_address(url)
    if encrypted and address.scheme != "https":
        raise FetchError(
            address.url, "it is not encrypted", "give an address of https", state="refused"
        )


class _Http(urllib.request.AbstractHTTPHandler):
    """Opens http and https by sockets that were checked."""

    def __init__(self, named: Address) -> None:
        super().__init__()
        self.named = named

    def http_open(self, request: urllib.request.Request) -> Any:
        return self._opened(partial(_Plain, named=self.named), request)

    def https_open(self, request: urllib.request.Request) -> Any:
        return self._opened(partial(_Secure, named=self.named), request)

    def _opened(self, connection: Any, request: urllib.request.Request) -> Any:
        return self.do_open(connection, request)

    http_request = https_request = urllib.request.AbstractHTTPHandler.do_request_


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to addresses that may be fetched; cookies stay where they belong."""

    max_redirections = MOST_REDIRECTS

    def __init__(self, encrypted: bool) -> None:
        self.encrypted = encrypted

    def redirect_request(
        self, request: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        made = super().redirect_request(request, fp, code, msg, headers, read_address(newurl).url)
        if made is not None and made.host != request.host:
            for name in ("Cookie", "Authorization"):
                made.remove_header(name)
        return made

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        target = headers.get("location") or headers.get("uri") or ""
        joined = urljoin(req.full_url, target)
        try:
            _check(joined.replace(" ", "%20"), self.encrypted)
        except FetchError as error:
            fp.close()
            raise FetchError(
                escape_controls(req.full_url)[:200],
                f"it redirects to {error.where}: {error.what}",
                "give the address of the recording itself",
                state="refused",
            ) from None
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _Plain(http.client.HTTPConnection):
    """A connection to an address that was checked."""

    def __init__(self, host: str, *, named: Address, **options: Any) -> None:
        super().__init__(host, **options)
        self.named = named

    def connect(self) -> None:
        self.sock = _connect(self.host, self.port, self.named, self.timeout)


class _Secure(http.client.HTTPSConnection):
    """The same, encrypted; the certificate must be that of the host."""

    def __init__(self, host: str, *, named: Address, **options: Any) -> None:
        self.own_context = ssl.create_default_context()
        super().__init__(host, context=self.own_context, **options)
        self.named = named

    def connect(self) -> None:
        plain = _connect(self.host, self.port, self.named, self.timeout)
        self.sock = self.own_context.wrap_socket(plain, server_hostname=self.host)


def _connect(host: str, port: int, named: Address, timeout: float | None) -> socket.socket:
    """A socket connected to one of the numbers of a host, if they may be connected to."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    meant = named.is_local and named.names(host.lower().rstrip("."), port)
    allowed = [one for one in found if meant or is_public(str(one[4][0]))]
    if not allowed:
        raise FetchError(
            f"{host}:{port}",
            f"it is not public ({found[0][4][0]}), and was not named so",
            "write its number into the roster if it is meant",
            state="refused",
        )
    failed: OSError | None = None
    for family, kind, protocol, _, place in allowed:
        one = socket.socket(family, kind, protocol)
        try:
            one.settimeout(timeout)
            one.connect(place)
        except OSError as error:
            one.close()
            failed = error
        else:
            return one
    raise failed or OSError("no address")
