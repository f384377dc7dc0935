"""Fuzz targets of what ``judge fetch`` reads: its index, lists, addresses, and records of parts."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from fuzz_tables import csv
from fuzzing import Target
from mutations import with_other_values

from icpc.competition.competitions import read_competition
from icpc.fetching.collections import wanted_of_collection, write_manifest
from icpc.fetching.estimates import estimate_fetch
from icpc.fetching.index import Entry, RecordingIndex
from icpc.fetching.present import is_cut_elsewhere, kept_entry
from icpc.fetching.wanted import Wanted, wanted_of_competition
from ranking.download.addresses import read_address
from ranking.download.transfer import Part, read_part
from ranking.files.hashing import with_check

SHA256 = "0" * 64
WANTED = (
    Wanted("ana", "https://e.org/a.mp3", "ana", 300.0),
    Wanted("bela", "https://e.org/b", "bela"),
    Wanted("clip", "https://e.org/b", "clip", None, {"start": "1", "end": "3"}, "", 1.0, 3.0),
)


@cache
def targets() -> dict[str, Target]:
    """Return the targets by name."""
    part = Part("https://e.org/a.mp3", 1000, '"v1"', "audio/mpeg")
    return {
        "index of fetched": csv(
            "candidate,recording,state,seconds,listed_seconds,bytes,sha256,address,title,channel,"
            "remark,start,end\n"
            f"ana,ana.mp3,fetched,300.5,300,3,{SHA256},https://e.org/a.mp3,A recital,C,,,\n"
            f"bela,,wrong length,12.00,,4,{SHA256[:-1]}1,https://e.org/b,,,12 s of sound,,\n"
            f"clip,clip.flac,fetched,2.00,2,5,{SHA256[:-1]}2,https://e.org/b,,,,1,3\n"
            "chen,live/c.wav,,,,,,,,,mine,,\n",
            _continued,
            "f/index.csv",
        ),
        "list of recordings": csv(
            "recording,url,level,seconds,start,end,group\nab-12,https://e.org/a,beginner,60.5,,,g\n"
            "x_cut1,https://e.org/b?t=1,virtuoso,3016,10,20.5,\n7,http://127.0.0.1:80/c,2,,0,,g\n",
            _listed,
        ),
        "roster of addresses": csv(
            "candidate,recording,seconds\nana,https://e.org/a%20b.mp3,300\n"
            "bela,http://[2001:db8::1]:8080/b?x=ü#f,\nchen,c/live.wav,12.5\n"
            "dov,https://www.example.org/watch?v=-abc,1e3\n",
            _addressed,
        ),
        "record of a part": Target(
            json.dumps(with_check(asdict(part))).encode(),
            "a.json",
            lambda path: _equal(read_part(path.with_suffix(".part"), part.key), part),
            changed=with_other_values,
        ),
    }


def _continued(path: Path) -> object:
    """What a call does before it asks a server for anything, and after."""
    for name, length in (("ana.mp3", 3), ("bela.wav", 4), ("clip.flac", 5)):
        (path.parent / name).write_bytes(bytes(length))
    index = RecordingIndex(path.parent)
    estimate_fetch(WANTED, path.parent)
    index.add(WANTED)
    for one in WANTED:
        row = index.by_key()[one.key]
        entry = kept_entry(index, one, row) or Entry("gone")
        if entry.file is not None and not entry.file.resolve().is_relative_to(
            path.parent.resolve()
        ):
            raise ValueError(f"a file outside of the folder: {entry.file}")
        is_cut_elsewhere(one, row)
        index.owner_of_address(one)
        index.put(one, entry)
    return [index.by_key()[one.key] for one in WANTED]


def _listed(path: Path) -> object:
    wanted = wanted_of_collection(str(path))
    estimate_fetch(wanted, path.parent)
    RecordingIndex(path.parent / "new").by_key()
    found = [(one, Entry("fetched", path.parent / f"{one.stem}.mp3")) for one in wanted]
    return write_manifest(found, path.parent), [one.work_name for one in wanted]


def _addressed(path: Path) -> object:
    wanted = wanted_of_competition(read_competition(path))
    estimate_fetch(wanted, path.parent)
    return [read_address(one.address) for one in wanted if one.remote]


def _equal(read: Part | None, written: Part) -> object:
    """What was read, which is the part as it was written, or nothing."""
    if read not in (None, written):
        raise ValueError(f"{read} was written otherwise")
    return read
