"""The README as tests read it: its sections and commands, and files that these are given."""

import re
from pathlib import Path

from sheets import by_openpyxl
from sounds import piano, write_sound

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMPETITORS = (
    *("Ana Prado", "Béla Kis", "Chen Yu", "Dov Adler", "Ewa Lis", "Farid Naji"),
    *("Gül Demir", "Hana Itō", "Ivo Marek", "Jin Park", "Kaya Oak", "Łucja Nowak"),
)
JURORS = ("Ann", "Bo", "Cy", "Di", "Eva")


def section(title: str) -> str:
    """Return the text of the README under a heading."""
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def shell_blocks(text: str) -> list[str]:
    """Return the blocks of commands in a text."""
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def write_sheet(path: Path) -> None:
    """Write a wide Excel sheet of marks: 12 candidates, each with a mark by 5 jurors."""
    marks = [
        [name, *(24 - at * 0.75 + (at * juror) % 5 / 2 for juror in range(len(JURORS)))]
        for at, name in enumerate(COMPETITORS)
    ]
    by_openpyxl(path, Marks=[["candidate", *JURORS], *marks])


def write_recordings(folder: Path, seconds: float = 12) -> None:
    """Write 8 recordings that are named by who plays."""
    folder.mkdir()
    for at, name in enumerate(COMPETITORS[:8]):
        write_sound(folder / f"{name}.wav", piano(seconds, 8000, at), 8000)
