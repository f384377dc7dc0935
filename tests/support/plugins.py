"""An installed package, as Python sees it, that offers encoders, methods or tasks."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from ranking.encoders import registry
from ranking.errors import EncoderError
from ranking.files.registry import Registry

RUN = "from icpc.cli import app; app()"


class Package:
    """A folder of modules, with metadata that names entry points."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        facts = folder / "others-1.0.dist-info"
        facts.mkdir(parents=True)
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
        self._entries = facts / "entry_points.txt"

    def offer(
        self, group: str, name: str, module: str, attribute: str = "", code: str | None = None
    ) -> None:
        """Add an entry point that names a module, or its attribute, and the module if it is new."""
        if code is not None:
            (self.folder / f"{module}.py").write_text(code)
        with self._entries.open("a") as file:
            file.write(f"[{group}]\n{name} = {':'.join(filter(None, (module, attribute)))}\n")

    def judge(self, *arguments: object, fails: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command where the package is installed; it must end with that exit code."""
        done = subprocess.run(
            [sys.executable, "-c", RUN, *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(self.folder), "COLUMNS": "160"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == fails, done.stderr
        return done


def offer_encoders(
    patch: pytest.MonkeyPatch, site: Path, modules: Mapping[str, str], entries: Mapping[str, str]
) -> None:
    """Install modules, their code by name, and entry points, what they name by name, here."""
    package = Package(site)
    for name, module in entries.items():
        package.offer("judge.encoders", name, module, code=modules[module])
    for module in modules:
        patch.delitem(sys.modules, module, raising=False)
    patch.syspath_prepend(str(site))
    fresh: Registry[ModuleType] = Registry(
        "types:ModuleType", "judge.encoders", registry.ENCODERS.own, EncoderError
    )
    patch.setattr(registry, "ENCODERS", fresh)
