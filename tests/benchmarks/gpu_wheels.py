"""Gather, as wheels, what ``gpu.py`` needs on a machine that has torch but no package index.

Run ``python tests/benchmarks/gpu_wheels.py`` where there is an index; CONTRIBUTING says how the
other machine uses them. That machine is taken to have Python 3.12 on x86-64 Linux, and torch,
torchaudio, timm, transformers, scipy, scikit-learn, pandas, typer and networkx. What holds compiled
code is downloaded for it; the others are built here where they come as source.
"""

import argparse
import subprocess
import sys
from pathlib import Path

COMPILED = ("av", "cffi", "soundfile", "soxr")
PURE = (
    "argbind",
    "choix",
    "descript-audio-codec",
    "descript-audiotools",
    "docstring-parser",
    "ffmpy",
    "filelock",
    "flatten-dict",
    "importlib-resources",
    "julius",
    "lazy-loader",
    "platformdirs",
    "randomname",
)
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")


def commands(folder: Path) -> list[list[str]]:
    """Return the commands of pip that fill a folder."""
    pip = [sys.executable, "-m", "pip"]
    common = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    target = [f"--platform={platform}" for platform in PLATFORMS]
    target += ["--python-version=3.12", "--implementation=cp", "--only-binary=:all:"]
    return [
        [*pip, "download", *common, *target, "-d", str(folder), *COMPILED],
        [*pip, "wheel", *common, "-w", str(folder), *PURE],
    ]


def main() -> None:
    """Fill the folder, and print its size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("build/wheels"))
    folder = parser.parse_args().folder
    for command in commands(folder):
        subprocess.run(command, check=True)
    wheels = sorted(folder.glob("*.whl"))
    size = sum(path.stat().st_size for path in wheels)
    print(f"{len(wheels)} wheels, {size / 2**20:.1f} MiB in {folder}")


if __name__ == "__main__":
    main()
