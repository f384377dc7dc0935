"""Programs of Python that run once and end."""

import subprocess
import sys


def run_module(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Return what a program said and how it ended; it imports nothing from the working folder.

    Parameters
    ----------
    name : module that is the program, such as ``pip``
    arguments : its arguments
    """
    return subprocess.run(
        [sys.executable, "-P", "-m", name, *arguments],
        capture_output=True,
        text=True,
        errors="backslashreplace",
        check=False,
    )
