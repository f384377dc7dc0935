"""Rows of what ``gpu.py`` measures, as a Markdown table and as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

RATES = {  # dense products, in FLOP/s, as NVIDIA's data sheets have them
    "H100": {"bfloat16": 989e12, "float32": 67e12},
    "H200": {"bfloat16": 989e12, "float32": 67e12},
}


@dataclass(frozen=True)
class Row:
    """One measurement."""

    part: str
    """Parity, encoding, training or all pairs."""
    what: str
    value: float | None
    """None if it was not measured; the detail says why."""
    unit: str = ""
    detail: str = ""

    @property
    def text(self) -> str:
        """The value as people read it."""
        return "–" if self.value is None else f"{self.value:,.4g} {self.unit}".strip()


def facts_of(device: torch.device) -> dict[str, str]:
    """Return what the measurements depend on beside the program."""
    on_gpu = device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if on_gpu else platform.processor() or "CPU",
        "kind": device.type,
        "cores": str(os.cpu_count()),
        "torch": torch.__version__,
        "cuda": str(torch.version.cuda),
        "python": platform.python_version(),
    }


def published_rate(device: torch.device, precision: str) -> float | None:
    """Return the rate of a card's data sheet in FLOP/s, None if it is not known here."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else ""
    return next((rates[precision] for card, rates in RATES.items() if card in name), None)


def as_markdown(facts: dict[str, str], rows: list[Row]) -> str:
    """Return the table, with the device's name above it."""
    lines = [f"Measured on {facts['device']}, torch {facts['torch']}, CUDA {facts['cuda']}.", ""]
    lines += ["| part | what | result | detail |", "| --- | --- | ---: | --- |"]
    lines += [f"| {row.part} | {row.what} | {row.text} | {row.detail} |" for row in rows]
    return "\n".join(lines) + "\n"


def write(folder: Path, facts: dict[str, str], rows: list[Row]) -> None:
    """Write ``gpu.json`` and ``gpu.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"facts": facts, "rows": [asdict(row) for row in rows]}
    (folder / "gpu.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    (folder / "gpu.md").write_text(as_markdown(facts, rows), encoding="utf-8")
