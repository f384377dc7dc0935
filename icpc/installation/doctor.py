"""Examine an installation: what is there, what is missing, and the command that brings it."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from icpc import __version__
from icpc.installation.packages import PROGRAM, PackageState, list_packages
from icpc.installation.weights import weights_folder
from ranking.encoders import ENCODERS, spec_of
from ranking.encoders.registry import WRAPPED
from ranking.encoders.spec import EncoderSpec
from ranking.encoders.weights import find_weights, format_size
from ranking.errors import JudgeError
from ranking.storage.addresses import StoreAddress, StorePlace

State = Literal["ready", "missing", "wrong"]
"""Missing: some commands need it; wrong: it must be mended."""
GIGABYTE = 1e9


@dataclass(frozen=True)
class Finding:
    """What was found of one thing."""

    part: str
    """Part of the installation: program, packages, device, encoder or folder."""
    name: str
    """What it is called."""
    state: State
    """Whether it can be used."""
    found: str
    """What is there, or is not."""
    remedy: str = ""
    """What brings or mends it, a command where there is one; empty if nothing need be done."""


def examine_installation(
    weights: Path | None = None, store: StorePlace | None = None
) -> Iterator[Finding]:
    """Yield what is found of the program, its packages, devices, encoders and folders.

    Parameters
    ----------
    weights : folder of published weights; None: in the user's cache
    store : folder or address of embeddings that is written to; None: none was named
    """
    yield Finding(
        "program",
        f"{PROGRAM} {__version__}",
        "ready",
        f"Python {platform.python_version()}, {platform.system()}, {platform.machine()}",
    )
    packages = list_packages()
    yield from _packages(packages)
    can_encode = all(one.usable for one in packages if one.extra == "audio")
    if can_encode:
        yield from _devices()
        yield from (_encoder(name, weights_folder(weights)) for name in ENCODERS)
        for name, spec in WRAPPED.items():
            yield Finding("encoder", name, "ready", spec.title)
        yield _folder("weights", weights_folder(weights))
    if isinstance(store, StoreAddress):
        yield from _address(store)
    elif store is not None:
        yield _folder("store", store)
    yield _folder("runs", Path("runs"))


def findings_table(findings: list[Finding]) -> pd.DataFrame:
    """Return a row for each finding: part, name, state, found, remedy."""
    return pd.DataFrame([asdict(one) for one in findings])


def _packages(packages: list[PackageState]) -> Iterator[Finding]:
    """A finding for each extra, and for each version that will not do."""
    if not packages:
        yield Finding(
            "packages",
            PROGRAM,
            "missing",
            "not installed, only found in a checkout: what it needs is not known",
            "pip install .",
        )
    for extra in dict.fromkeys(one.extra for one in packages):
        own = [one for one in packages if one.extra == extra]
        missing = [one.name for one in own if not one.version]
        name = extra or "for every command"
        if missing:
            state: State = "missing" if extra else "wrong"
            needs = f"{PROGRAM}[{extra}]" if extra else PROGRAM
            found = f"not installed: {', '.join(missing)}"
            yield Finding("packages", name, state, found, f"pip install '{needs}'")
        else:
            yield Finding(
                "packages", name, "ready", ", ".join(f"{one.name} {one.version}" for one in own)
            )
    for one in packages:
        if not one.suits:
            found = f"{one.version} is installed, {PROGRAM} needs {one.wanted}"
            yield Finding(
                "packages", one.name, "wrong", found, f"pip install '{one.name}{one.wanted}'"
            )


def _devices() -> Iterator[Finding]:
    """What torch can compute on."""
    import torch

    from ranking.devices.capabilities import computation_facts, computes_in_bfloat16

    devices = ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
    for device in devices:
        facts = computation_facts(device)
        own = facts.get("gpu", f"{facts['cpu_capability']}, {facts['threads']} threads")
        precision = "bfloat16" if computes_in_bfloat16(device) else "float32 only"
        yield Finding("device", device, "ready", f"{own}, {precision}")
    if len(devices) == 1:
        built = torch.version.cuda
        reason = "this torch is for CPUs alone" if built is None else f"torch for CUDA {built}"
        yield Finding("device", "GPU", "missing", f"none that torch can use ({reason})")


def _encoder(name: str, folder: Path) -> Finding:
    """Whether an encoder can be loaded, as far as is known without doing it."""
    try:
        spec = spec_of(name)
    except JudgeError as error:
        return Finding("encoder", name, "missing", error.what, error.remedy)
    if lacking := _lacking_of_extra(spec):
        return lacking
    if spec.weights is None:
        return Finding("encoder", name, "ready", "needs no weights")
    found = find_weights(spec.weights, folder)
    if found is None:
        size = format_size(spec.weights.size)
        return Finding(
            "encoder",
            name,
            "missing",
            f"its weights are not here ({size}, {spec.weights.licence})",
            f"judge weights fetch {name}",
        )
    return Finding("encoder", name, "ready", f"weights at {found[1]}")


def _lacking_of_extra(spec: EncoderSpec) -> Finding | None:
    """What is missing of the extra that has an encoder's name."""
    missing = [one.name for one in list_packages() if one.extra == spec.name and not one.usable]
    if not missing:
        return None
    found = f"not installed: {', '.join(missing)}"
    return Finding(
        "encoder", spec.name, "missing", found, f"pip install '{PROGRAM}[audio,{spec.name}]'"
    )


def _folder(name: str, folder: Path) -> Finding:
    """Whether a folder can be written, and how much room is left in it."""
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    if folder.exists() and not folder.is_dir():
        return Finding("folder", name, "wrong", f"{folder} is a file", "name another")
    if not os.access(there, os.W_OK):
        return Finding(
            "folder", name, "wrong", f"{folder} cannot be written", "name another, or allow it"
        )
    room = shutil.disk_usage(there).free / GIGABYTE
    made = "" if folder.exists() else ", not made yet"
    return Finding("folder", name, "ready", f"{folder}{made}, {room:.0f} GB free")


def _address(store: StoreAddress) -> Iterator[Finding]:
    """Whether a store at an address can be read, and the folder of its copies written."""
    from ranking.storage.objects import ObjectStorage

    try:
        storage = ObjectStorage(store)
        count = sum(name.endswith(".npy") for name in storage.names())
    except JudgeError as error:
        yield Finding("folder", "store", "wrong", f"{store}: {error.what}", error.remedy)
        return
    yield Finding("folder", "store", "ready", f"{store}: {count} arrays")
    yield _folder("copies of the store", storage.folder)
