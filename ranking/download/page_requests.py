"""The requests of yt-dlp, sent through connections that are checked.

Conventions
-----------
The only requests are those of http and https; answers have at most
:data:`LARGEST_PAGE_BYTES`. Importing this module imports yt-dlp: do it late.
"""

import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any

from yt_dlp.networking import Request, RequestHandler, Response
from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError
from yt_dlp.YoutubeDL import YoutubeDL

from ranking.download.connection import (
    FAILURES,
    Connector,
    failure_of_connection,
)
from ranking.download.failures import TryAgainError, failure_of_status
from ranking.errors import FetchError

LARGEST_PAGE_BYTES = 64 << 20
LARGEST_ERROR_BYTES = 1 << 20
EXTENSIONS = ("cookiejar", "timeout", "legacy_ssl", "keep_header_casing")
"""What yt-dlp may ask of a request, beside the request."""


class Reader(YoutubeDL):
    """yt-dlp whose requests pass one connector.

    Parameters
    ----------
    settings : settings of yt-dlp
    connector : what opens addresses
    cookies : cookies that are sent
    """

    def __init__(self, settings: Mapping[str, Any], connector: Connector, cookies: Any) -> None:
        self.failures: list[FetchError | TryAgainError] = []
        """Why requests failed."""
        self._connector = connector
        self.cookiejar = cookies
        super().__init__(dict(settings))

    def build_request_director(self, _handlers: Any, _preferences: Any = None) -> Any:
        """Return what sends requests: one handler, whatever handlers there are."""
        director = super().build_request_director([CheckedRH])
        for handler in director.handlers.values():
            handler.connector, handler.failures = self._connector, self.failures
        return director


class CheckedRH(RequestHandler):
    """Sends requests by a connector."""

    _SUPPORTED_URL_SCHEMES = ("http", "https")
    connector: Connector
    failures: list[FetchError | TryAgainError]

    def _check_extensions(self, extensions: dict[str, Any]) -> None:
        super()._check_extensions(extensions)
        for name in EXTENSIONS:
            extensions.pop(name, None)

    def _send(self, request: Request) -> Response:
        headers = {**self._get_headers(request), "Accept-Encoding": "identity"}
        made = urllib.request.Request(
            request.url, data=request.data, headers=headers, method=request.method
        )
        try:
            answer = self.connector.send(
                made, self._get_cookiejar(request), self._calculate_timeout(request)
            )
        except urllib.error.HTTPError as error:
            with suppress(ValueError):
                failure = failure_of_status(request.url, error.code, error.reason, error.headers)
                if isinstance(failure, TryAgainError):
                    self.failures.append(failure)
            raise HTTPError(_read_and_close(error)) from error
        except FetchError as error:
            self.failures.append(error)
            raise RequestError(error.what) from error
        except FAILURES as error:
            self.failures.append(failure_of_connection(request.url, error))
            raise TransportError(cause=error) from error
        return _Limited(answer, answer.url, dict(answer.headers), answer.status, answer.reason)


def _read_and_close(error: urllib.error.HTTPError) -> Response:
    """An answer that is an error, in memory: nobody closes its connection later."""
    content = b""
    with error, suppress(*FAILURES):
        content = error.read(LARGEST_ERROR_BYTES)
    return _Limited(BytesIO(content), error.url, dict(error.headers), error.code, str(error.reason))


class _Limited(Response):
    """An answer that has an end."""

    _count = 0

    def read(self, amt: int | None = None) -> bytes:
        room = LARGEST_PAGE_BYTES + 1 - self._count
        block: bytes = super().read(room if amt is None or amt < 0 else min(amt, room))
        self._count += len(block)
        if self._count > LARGEST_PAGE_BYTES:
            raise TransportError(f"the page is larger than {LARGEST_PAGE_BYTES >> 20} MiB")
        return block
