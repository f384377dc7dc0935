"""Small networks with weights and outputs that other people's programs computed."""

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

FOLDER = Path(__file__).parent.parent / "data" / "oracles"


def oracle(name: str) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Any]]:
    """Return weights by the upstream's keys, inputs and outputs, and the configuration."""
    path = FOLDER / f"{name}.safetensors"
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["config"])
    weights = {
        key.removeprefix("weights."): value
        for key, value in tensors.items()
        if key.startswith("weights.")
    }
    outputs = {key: value for key, value in tensors.items() if not key.startswith("weights.")}
    return weights, outputs, config


def saved(weights: dict[str, Tensor], path: Path) -> Path:
    """Write weights as safetensors."""
    save_file({key: value.contiguous() for key, value in weights.items()}, path)
    return path
