"""The streams of the program: any name can be written, and output that is lost is an error.

Conventions
-----------
Where stdout is closed nothing is begun, for results would be lost (exit code 2). Where it is full,
or stderr is, the program ends with exit code 1. A reader that closes a pipe, as ``head`` does, has
what it wants, and no error is printed.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from icpc.cli.output import print_error


class OutputLostError(OSError):
    """Raised where stdout or stderr cannot be written."""


SIZES = ("COLUMNS", "LINES")  # of the terminal; rich prints nothing on one of no columns


@contextmanager
def checked_streams() -> Iterator[None]:
    """Write on stdout and stderr while the block runs; end the program where they fail."""
    _open_standard_files()
    for name in SIZES:
        size = os.environ.get(name, "1")
        if not (size.isascii() and size.isdigit() and int(size[:9])):
            del os.environ[name]
    if sys.stdout is None:
        print_error("stdout is closed: what is printed would be lost; send it to a file or a pipe")
        sys.exit(2)
    before = sys.stdout, sys.stderr
    streams = sys.stdout, sys.stderr = _checked(before[0]), _checked(before[1])
    try:
        try:
            yield
        finally:
            streams[0].flush()
    except (OSError, SystemExit):
        lost = [stream.lost if isinstance(stream, _Checked) else "" for stream in streams]
        if not any(lost):
            raise
        if not lost[1]:
            print_error(f"stdout cannot be written ({lost[0]}); what was printed is cut off")
        sys.exit(1)
    finally:
        sys.stdout, sys.stderr = before
        for stream in streams:
            if isinstance(stream, _Checked):
                stream.detach()  # it would close the other's file with itself


class _Checked(io.TextIOWrapper):
    """A stream that knows why something printed on it was lost; a closed pipe is no loss."""

    lost = ""

    def write(self, text: str, /) -> int:
        """Write a text."""
        with self._kept():
            return super().write(text)

    def flush(self) -> None:
        """Write what is buffered."""
        with self._kept():
            super().flush()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno != errno.EPIPE:
                self.lost = error.strerror or str(error)
                # the interpreter would write the rest again at its end, and fail again
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
                raise OutputLostError(*error.args) from None
            raise


def _checked(stream: TextIO) -> TextIO:
    """A stream of the process, on which any name can be written; another one as it is.

    Whatever the locale is, files and pipes get UTF-8.
    """
    if type(stream) is not io.TextIOWrapper:
        return stream
    return _Checked(
        stream.buffer,
        encoding=stream.encoding if stream.isatty() else "utf-8",
        errors="backslashreplace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _open_standard_files() -> None:
    """Open stdin, stdout and stderr on nothing where closed, or a file would get their number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
