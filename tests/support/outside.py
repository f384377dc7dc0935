"""Recordings that do not lie in the repository, in the folder that JUDGE_TEST_RECORDINGS names."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("JUDGE_TEST_RECORDINGS", "no recordings"))
RECORDINGS = sorted(path for path in FOLDER.glob("*.*") if path.suffix in (".opus", ".mp3", ".m4a"))

needs_recordings = pytest.mark.skipif(
    not RECORDINGS, reason="JUDGE_TEST_RECORDINGS names no folder of recordings with a roster.csv"
)
