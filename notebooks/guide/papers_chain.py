"""The paper's chain on this machine: a server of recitals that are rendered here, and the commands.

Run ``python notebooks/guide/papers_chain.py FOLDER``. The commands are those of ``papers-chain.md``
beside this file, in the block that begins with the roster. A second run in the same folder renders
and fetches nothing again.
"""

import argparse
import functools
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from icpc.synthetic.demonstration import write_flac
from icpc.synthetic.pieces import STYLES
from icpc.synthetic.recitals import Recital, draw_recitals, sound_of

PAGE = Path(__file__).with_name("papers-chain.md")
PORT = 8137
SECONDS = 31.0
SAMPLE_RATE = 16_000
CANDIDATES, PUPILS = 6, 8
LEVELS = ("beginner", "advanced", "virtuoso")
SETTINGS = 'name = "small"\nrounds = ["preliminary", "final"]\n'


def commands() -> list[list[str]]:
    """Return the words of the page's commands for the small case, in order."""
    (block,) = re.findall(
        r"```sh\n(judge fetch --roster .*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    return [shlex.split(line, comments=True) for line in block.splitlines()]


def render(folder: Path, port: int) -> None:
    """Write recitals to be served, and a roster and a list that name their addresses."""
    players = draw_recitals(list(STYLES), 1, CANDIDATES, SECONDS, 2, seed=0)
    pupils = draw_recitals(list(STYLES), 1, PUPILS, SECONDS, 2, seed=1)
    better = sorted(one.level for one in players)[CANDIDATES // 2]
    roster = [
        f"player-{number},{'final' if one.level >= better else 'preliminary'},{address},{SECONDS:g}"
        for number, (one, address) in enumerate(_served(players, folder, "player", port))
    ]
    listed = [
        f"pupil-{number},{address},{LEVELS[int(one.level * len(LEVELS))]},{SECONDS:g}"
        for number, (one, address) in enumerate(_served(pupils, folder, "pupil", port))
    ]
    for name, header, rows in (
        ("roster.csv", "candidate,reached,recording,seconds", roster),
        ("pupils.csv", "recording,url,level,seconds", listed),
    ):
        (folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    (folder / "competition.toml").write_text(SETTINGS, encoding="utf-8")


def _served(
    recitals: list[Recital], folder: Path, name: str, port: int
) -> Iterator[tuple[Recital, str]]:
    """Each recital with its address, rendered if it is not there."""
    for number, one in enumerate(recitals):
        path = folder / "served" / f"{name}-{number}.flac"
        if not path.exists():
            write_flac(path, sound_of(one, SAMPLE_RATE), SAMPLE_RATE)
        yield one, f"http://127.0.0.1:{port}/{path.name}"


@contextmanager
def serving(folder: Path, port: int) -> Iterator[list[str]]:
    """Serve the files of a folder; give a list of what is asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    handler = functools.partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield asked
        server.shutdown()


def main() -> None:
    """Render, serve, and run every command of the page; stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=PORT)
    own = parser.parse_args()
    (own.folder / "served").mkdir(parents=True, exist_ok=True)
    render(own.folder, own.port)
    with serving(own.folder / "served", own.port) as asked:
        for words in commands():
            print(f"$ {shlex.join(words)}", flush=True)
            program = Path(sys.executable).with_name(words[0])
            subprocess.run([program, *words[1:]], cwd=own.folder, check=True)
    print(f"{len(asked)} recordings were fetched from the server")


if __name__ == "__main__":
    main()
