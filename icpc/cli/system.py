"""What the operating system refuses, in words: the last resort, where no part of the program knows.

Conventions
-----------
A file that cannot be read or written is named. What a command had finished before is kept, and the
same command goes on: so it is with every command (``notebooks/guide/faults.md``).
"""

import errno
from pathlib import Path

from ranking.errors import JudgeError
from ranking.files.atomic import FULL, write_error

REMEDIES = {
    errno.EACCES: "check who may read and write it, or name another place",
    errno.EPERM: "check who may read and write it, or name another place",
    errno.EROFS: "name a place on a disk that can be written",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "name a folder: a part of this path is a file",
    errno.EEXIST: "name another place, or move what is there",
    errno.EISDIR: "name a file: this is a folder",
    errno.EMFILE: "raise the limit on open files (ulimit -n), and give the same command again",
    errno.ENOMEM: "end what else uses memory, and give the same command again",
}
"""What to do, by the system's number of the error."""


def refuse_removed_folder() -> None:
    """Refuse to begin in a folder that was removed: no path can be found, and torch not loaded.

    Raises
    ------
    JudgeError
        If the current folder is not there.
    """
    try:
        Path.cwd()
    except OSError:
        raise JudgeError(
            "the current folder", "it was removed", "change to another one (cd)"
        ) from None


def system_error(error: OSError) -> JudgeError:
    """Return what the operating system refused as an error for people."""
    if error.errno in FULL:
        return write_error(JudgeError, Path(str(error.filename or "a file of this command")), error)
    where = str(error.filename or "this command")
    what = error.strerror or str(error)
    remedy = REMEDIES.get(error.errno or 0, "check the disk, and give the same command again")
    return JudgeError(where, what[:1].lower() + what[1:], remedy)
