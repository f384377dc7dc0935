"""Small competitions, the commands that work on them, and what they write undisturbed."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from program import Ended, run

sys.path.append(str(Path(__file__).parent.parent / "support"))

from sounds import piano, write_sound

RATE = 8000
SECONDS = {"ann": 24, "bob": 12, "cyd": 16, "dov": 21}
RESULTS = {"ann": "final", "bob": "first", "cyd": "first", "dov": "final"}
PLAYED = ("--roster", "played/roster.csv", "--recordings", "played", "--min-seconds", 10)
TABLES = ("--roster", "played/roster.csv", "--comparisons")
TRAINING = (
    *("train", "expertise", "--manifest", "played/manifest.csv", "--recordings", "played"),
    *("--epochs", 4, "--windows-per-step", 2, "--out", "probes/mine.safetensors"),
)


@dataclass(frozen=True)
class Scene:
    """A command, and what is there before it."""

    arguments: tuple[object, ...]
    """What follows ``judge``."""
    after: str = ""
    """Name of the scene that it follows; empty: the recordings and tables alone are there."""


SCENES: Mapping[str, Scene] = {
    "embed": Scene(("embed", "--recordings", "played")),
    "rank": Scene(("rank", *PLAYED, "--out", "run"), "embed"),
    "rank and embed": Scene(("rank", *PLAYED, "--out", "run")),
    "fit": Scene(("rank", *PLAYED, "--out", "run", "--fit-half", "--epochs", 2), "embed"),
    "train": Scene(TRAINING, "embed"),
    "tables": Scene(("rank", *TABLES, "one.csv", "--out", "run")),
    "tables again": Scene(("rank", *TABLES, "two.csv", "--out", "run"), "check"),
    "check": Scene(("check", "--run", "run"), "tables"),
    "report": Scene(("report", *TABLES, "two.csv", "--out", "run"), "tables"),
    "report of a run": Scene(("report", "--run", "run"), "tables"),
    "curve": Scene(("hitrate", *TABLES, "two.csv", "--out", "run"), "tables"),
}
QUICK = ("tables again", "embed")


class Stage:
    """A folder in which scenes are played, each once undisturbed, before they are disturbed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._write_inputs(folder / "begin")
        self._played: dict[str, Path] = {"": folder / "begin"}
        self.seconds: dict[str, float] = {}
        self.printed: dict[str, str] = {}
        self._copies = 0

    def before(self, name: str) -> Path:
        """A new copy of what is there before a scene."""
        return self.copy(self.play(SCENES[name].after))

    def after(self, name: str) -> dict[str, bytes]:
        """Contents by path of all files that are there after it, undisturbed."""
        return contents(self.play(name))

    def together(self, names: Sequence[str]) -> Path:
        """A new copy of what is there before several scenes that have the same beginnings."""
        folder = self.copy(self.play(""))
        for name in names:
            before = self.play(SCENES[name].after)
            for part in ("embeddings", "run"):
                if (before / part).is_dir() and not (folder / part).exists():
                    shutil.copytree(before / part, folder / part)
        return folder

    def copy(self, folder: Path) -> Path:
        """A copy of a folder, with a name of its own."""
        return shutil.copytree(folder, self.new_folder(), dirs_exist_ok=True)

    def new_folder(self) -> Path:
        """An empty folder."""
        self._copies += 1
        folder = self.folder / f"case-{self._copies}"
        folder.mkdir()
        return folder

    def play(self, name: str) -> Path:
        """The folder in which a scene was played undisturbed; not to be changed."""
        if name not in self._played:
            folder = shutil.copytree(
                self.play(SCENES[name].after), self.folder / name.replace(" ", "-")
            )
            ended = run(SCENES[name].arguments, folder)
            if ended.code:
                raise SystemExit(f"{name}: {ended}")
            self._played[name] = folder
            self.seconds[name], self.printed[name] = ended.seconds, ended.out
        return self._played[name]

    @staticmethod
    def _write_inputs(folder: Path) -> None:
        played = folder / "played"
        played.mkdir(parents=True)
        for seed, (name, seconds) in enumerate(SECONDS.items()):
            write_sound(played / f"{name}.flac", piano(seconds, RATE, seed), RATE)
        rows = [f"{name},{reached},{name}.flac" for name, reached in RESULTS.items()]
        _write(played / "roster.csv", "candidate,reached,recording", rows)
        (played / "competition.toml").write_text('name = "cup"\nrounds = ["first", "final"]\n')
        splits = ("train", "train", "val", "val")
        rows = [f"{name},{i % 2},{splits[i]}" for i, name in enumerate(SECONDS)]
        _write(played / "manifest.csv", "recording,level,split", rows)
        pairs = [(one, other) for one in SECONDS for other in SECONDS if one != other]
        for seed, name in enumerate(("one", "two")):
            chosen = np.random.default_rng(seed).integers(2, size=len(pairs))
            rows = [f"{','.join(pair)},{pair[at]}" for pair, at in zip(pairs, chosen, strict=True)]
            _write(folder / f"{name}.csv", "first,second,winner", rows)


def _write(path: Path, header: str, rows: list[str]) -> None:
    path.write_text("\n".join([header, *rows]) + "\n")


def play(name: str, folder: Path, before: Callable[[], object] | None = None) -> Ended:
    """Run the command of a scene in a folder."""
    return run(SCENES[name].arguments, folder, before)


def contents(folder: Path) -> dict[str, bytes]:
    """Contents by path of all files of a folder, but the empty ones that are locked."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".claims" not in path.parts
    }
