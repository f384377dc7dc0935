"""A fuzz target for each reader: a valid file, and what reads it.

The rule: whatever is changed in the file, what is read is right, or the error is a ``JudgeError``.
Run ``python tests/support/fuzz_targets.py 100000`` for so many cases, over all targets; it prints
how they ended, and how many were past the header of their file.
"""

import io
import re
import shutil
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from mutations import mutated, random_edits

from icpc.competition.competitions import read_competition
from icpc.competition.roster import read_roster
from icpc.study.runs import load_run_record
from ranking.comparisons.reading import read_comparisons
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import read_votes
from ranking.deprecation import RenamedWarning
from ranking.errors import JudgeError
from ranking.files.names import Names
from ranking.files.records import parse_array
from ranking.files.sheets import read_sheets
from ranking.methods.bradley_terry import BRADLEY_TERRY
from ranking.methods.method import rank_candidates
from ranking.panel.reading import read_marks

DATA = Path(__file__).parent.parent / "data"
NAMES = Names(["ana", "bela", "7"], ["Ana Prado", "Béla Kis", "Chen Yu"])
ROUNDS = ("first", "semifinal", "final")
NO_JSON = r"Expecting|Invalid|Extra data|Unterminated|codec|no JSON object"
PAST_HEADER = re.compile(r"(?:line|row|cell) (?:[A-Z]*)(?!1\b)\d+")


@dataclass(frozen=True)
class Target:
    """A reader, and a valid file of its kind."""

    content: bytes
    """The valid file."""
    name: str
    """Name of the file."""
    read: Callable[[Path], object]
    """Reads it; returns anything, or raises."""
    header: float = 0.0
    """Where the header ends, as a share of the length."""
    inner: str = ""
    """Of a ZIP archive, the file in it that is changed; empty: the archive itself."""
    at_header: str = ""
    """What an error says, as a pattern, that stopped before the contents; empty: it names no line
    beyond the first."""

    def written(self, folder: Path, change: Callable[[bytes], bytes]) -> Path:
        """Write the changed file, and return its path."""
        path = folder / self.name
        path.parent.mkdir(exist_ok=True, parents=True)
        if not self.inner:
            path.write_bytes(change(self.content))
            return path
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[self.inner] = change(parts[self.inner])
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        return path

    def outcome(self, path: Path) -> str:
        """Read a file, and return how that ended: read, or refused at or past the header.

        Raises
        ------
        Exception
            If it ended otherwise: that is a fault.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RenamedWarning)
            try:
                self.read(path)
            except JudgeError as error:
                past = (
                    not re.search(self.at_header, error.what)
                    if self.at_header
                    else PAST_HEADER.search(str(error.where))
                )
                return "refused past the header" if past else "refused at the header"
        return "read"


def csv(text: str, read: Callable[[Path], object], name: str = "mine.csv") -> Target:
    """Return the target of a CSV file."""
    content = text.encode()
    return Target(content, name, read, (content.index(b"\n") + 1) / len(content))


def _ranked(path: Path) -> object:
    table = read_comparisons(path, None).table
    return rank_candidates(count_comparisons(table), BRADLEY_TERRY)


def _array(path: Path) -> object:
    try:
        return parse_array(path.read_bytes())
    except ValueError as error:
        raise JudgeError("array", str(error), "none") from None


def _archive() -> bytes:
    import openpyxl

    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["candidate", "J1", "J2"], ["ana", 20.5, 21], ["bela", 18, 19], ["7", 25, 24.5]):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def _npy() -> bytes:
    content = io.BytesIO()
    np.save(content, np.arange(12, dtype=np.int8).reshape(3, 4))
    return content.getvalue()


def _tables() -> dict[str, Target]:
    return {
        "roster": csv(
            "candidate,name,country,reached,score,exempt,recording,seconds\n"
            "ana,Ana Prado,PT,final,2,no,ana.wav,300.5\nbela,Béla Kis,HU,first,0,yes,b.flac,\n"
            "7,Chen Yu,CN,semifinal,,,https://youtu.be/abc,1e3\n",
            lambda path: read_roster(path, ROUNDS),
        ),
        "comparisons": csv(
            "first,second,winner,count,weight,rater\nana,bela,ana,2,1.5,r1\nbela,7,7,1,1,r1\n"
            "7,ana,tie,3,0.5,r2\nana,7,ana,1,2,r2\n",
            lambda path: read_comparisons(path, NAMES),
        ),
        "goals": csv(
            "Date;HomeTeam;AwayTeam;FTHG;FTAG;FTR\n1;ana;bela;2;1;H\n2;Béla Kis;7;0;3;A\n"
            "3;7;ana;1;1;D\n4;ana;7;w/o;;\n",
            lambda path: read_comparisons(path, NAMES),
        ),
        "ranking": csv(
            "first,second,winner,count\na,b,a,2\nb,c,c,1\nc,a,tie,3\na,c,a,9\nd,e,d,1\n", _ranked
        ),
        "votes": csv(
            "first,second,first_window,second_window,p_first\nana,bela,0,0,0.75\nana,bela,1,1,0.2\n"
            "bela,ana,0,0,0.5\n7,ana,2,0,1\n",
            lambda path: read_votes(path, NAMES),
        ),
        "marks": csv(
            "candidate,juror,mark,round,recused\nana,J1,20.5,first,\nana,J2,21,first,no\n"
            "bela,J1,18,first,\nbela,J2,,first,yes\n7,J1,25,first,\n7,J2,24.5,first,\n",
            lambda path: read_marks(path, NAMES),
        ),
        "sheet of marks": csv(
            "Final round;;;\ncandidate;J1;J2;J3\nAna Prado;20,5;21;20\nbela;18;19;17\n"
            "007;25;24,5;23\n",
            lambda path: read_marks(path, NAMES),
        ),
    }


SETTINGS = b"""name = "own"
title = "Our competition"
rounds = ["first", "semifinal", "final"]
comparisons = "c.csv"
panel = "sub/p.csv"
panel_rounds = ["final"]
comparisons_remark = "by hand"
"""


def _read_beside(path: Path) -> object:
    (path.parent / "roster.csv").write_text("candidate\nana\nbela\n")
    return read_competition(path.parent / "roster.csv")


def _read_record(path: Path) -> object:
    return load_run_record(path.parent)


def _read_probe(path: Path) -> object:
    from ranking.probe.checkpoint import load_probe

    weights = path.with_suffix(".safetensors")
    weights.write_bytes(_probe()[0])
    return load_probe(weights)


@cache
def _probe() -> tuple[bytes, bytes]:
    """The weights and the record of a small probe."""
    from ranking.embeddings.cache_key import CacheKey
    from ranking.network.head import HeadConfig, make_head
    from ranking.probe.checkpoint import Probe, Record, save_probe

    config = HeadConfig(frames=40, dimension=40, outputs=2, inputs=2, segments=2, width=8)
    key = CacheKey("spectrogram", front_end=(("hop", 441), ("left_channel", False)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe.safetensors"
        save_probe(Probe(make_head(config), Record("expertise-2", key, config)), path)
        return path.read_bytes(), path.with_suffix(".json").read_bytes()


def _read_weights(path: Path) -> object:
    from ranking.encoders.checkpoints import read_checkpoint, state_dict_of

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return state_dict_of(read_checkpoint(path))


def _weights() -> dict[str, Target]:
    import torch
    from safetensors.torch import save

    state = {"a": torch.zeros(3), "b": torch.ones(2, 2)}
    new, old = io.BytesIO(), io.BytesIO()
    torch.save(state, new)
    torch.save(state, old, _use_new_zipfile_serialization=False)
    contents = {".pth": new.getvalue(), ".pt": old.getvalue(), ".safetensors": save(state)}
    return {
        f"weights {ending}": Target(
            content, f"w{ending}", _read_weights, at_header="no weights file"
        )
        for ending, content in contents.items()
    }


@cache
def targets() -> dict[str, Target]:
    """Return all targets by name."""
    archive = _archive()
    record = (DATA / "run-0.1.0" / "run.json").read_bytes()
    return {
        **_tables(),
        "workbook": Target(archive, "w.xlsx", read_sheets, at_header="damaged|no table"),
        "sheet": Target(
            archive, "s.xlsx", lambda path: read_marks(path, NAMES), 0.3, "xl/worksheets/sheet1.xml"
        ),
        "settings": Target(
            SETTINGS, "c/competition.toml", _read_beside, at_header="not TOML|zero byte|UTF"
        ),
        "run": Target(record, "run/run.json", _read_record, at_header=NO_JSON),
        "probe": Target(_probe()[1], "probe.json", _read_probe, at_header=NO_JSON),
        "array": Target(_npy(), "a.npy", _array, at_header="damaged"),
        **_weights(),
    }


def main() -> None:
    """Run as many cases as are asked for, the same each time, and print how they ended."""
    total, folder = int(sys.argv[1]), Path(tempfile.mkdtemp())
    ended: dict[str, Counter[str]] = {name: Counter() for name in targets()}
    began = time.monotonic()
    for number in range(total):
        name = [*targets()][number % len(targets())]
        target, rng = targets()[name], np.random.default_rng(number)
        changes = random_edits(rng, target.header)
        path = target.written(folder, lambda content, own=changes: mutated(content, own))
        try:
            ended[name][target.outcome(path)] += 1
        except Exception:
            sys.stdout.write(f"A fault: case {number}, {name}, {path}\n")
            raise
    shutil.rmtree(folder)
    sums = sum(ended.values(), Counter())
    for name, own in {**ended, "all": sums}.items():
        sys.stdout.write(f"{name:20} {dict(sorted(own.items()))}\n")
    past = sums["read"] + sums["refused past the header"]
    seconds = time.monotonic() - began
    sys.stdout.write(f"{total:,} cases in {seconds:.0f} s, {past / total:.0%} past the header\n")


if __name__ == "__main__":
    main()
