"""Command lines in a shell, as a user pastes them."""

import shlex
import subprocess
import sys

JUDGE = f"judge() {{ {shlex.quote(sys.executable)} -c 'from icpc.cli import app; app()' \"$@\"; }}"


def run(lines: str) -> "subprocess.CompletedProcess[str]":
    """Return how command lines ended in a shell, with this Python's judge."""
    return subprocess.run(
        ["bash", "-c", f"{JUDGE}\n{lines}"], capture_output=True, text=True, check=False
    )
