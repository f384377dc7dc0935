"""A server of recordings on this machine that answers well, or badly in every way that servers do.

``/good/NAME`` has a file of a folder, with ranges; the other paths say in their name what is wrong.
"""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Answer = Callable[[Request], Response]


class RecordingServer:
    """Files of a folder, and failures.

    Parameters
    ----------
    server : the server that is asked
    folder : where the files are
    """

    def __init__(self, server: HTTPServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.asked: list[tuple[str, str]] = []
        """Path and range of each request."""
        self.sent = 0
        """Bytes of files that were sent."""

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.server.port}/{path}"

    def add(self, path: str, answer: Answer) -> str:
        """Answer so at a path; return its address."""

        def handler(request: Request) -> Response:
            self.asked.append((path, request.headers.get("Range", "")))
            return answer(request)

        self.server.expect_request(f"/{path}").respond_with_handler(handler)
        return self.url(path)

    def file(self, path: str, name: str, validator: str = '"v1"', **options) -> str:
        """Have a file with ranges; it may be broken off or slow."""
        return self.add(path, lambda request: self.answer(request, name, validator, **options))

    def answer(
        self,
        request: Request,
        name: str,
        validator: str = '"v1"',
        stop: Callable[[int], int] = lambda length: length,
        ranges: bool = True,
        content_type: str = "application/octet-stream",
        stall: float = 0.0,
    ) -> Response:
        """A file, or the range that is asked for; ``stop`` of so many bytes are sent."""
        content = (self.folder / name).read_bytes()
        response = Response(content, content_type=content_type)
        if validator:
            response.headers["ETag"] = validator
        if ranges:
            response.make_conditional(request, accept_ranges=True, complete_length=len(content))
        length = int(response.headers.get("Content-Length", len(content)))
        body = b"".join(response.response)[: stop(length)]
        response.response = self._pieces(body, stall if len(body) < length else 0.0)
        response.headers["Content-Length"] = str(length)
        return response

    def _pieces(self, body: bytes, stall: float) -> Iterator[bytes]:
        for at in range(0, len(body), 10_000):
            piece = body[at : at + 10_000]
            self.sent += len(piece)
            yield piece
        if stall:
            time.sleep(stall)

    def status(self, path: str, *codes: int, then: Answer | None = None, **headers: str) -> str:
        """Answer with these codes, one after another; then well, or the last one for ever."""
        left = list(codes)

        def answer(request: Request) -> Response:
            if then is not None and not left:
                return then(request)
            code = left.pop(0) if len(left) > 1 or then is not None else left[0]
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return Response(f"{code}", status=code, headers=named)

        return self.add(path, answer)

    def redirect(self, path: str, target: str) -> str:
        """Redirect to an address."""
        return self.status(path, 302, Location=target)

    def page(self, path: str, html: str) -> str:
        """Have a page of the web."""
        return self.add(path, lambda _: Response(html, content_type="text/html"))


def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
