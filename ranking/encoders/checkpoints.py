"""Weights files from anywhere, read without running what is in them.

Conventions
-----------
safetensors files hold only numbers. A PyTorch file is a pickle, which can hold code: it is read
with ``weights_only``, which refuses everything but numbers and plain containers. A state dict is
loaded strictly: every weight of the network is in the file and finite, and every weight of the file
is used or known to be unused.
"""

import argparse
import pickle
import struct
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ranking.errors import WeightsError

DAMAGED = (
    *(SafetensorError, RuntimeError, EOFError, ValueError, TypeError, LookupError),
    *(AttributeError, OverflowError, MemoryError, AssertionError, ImportError, struct.error),
)
"""What PyTorch and safetensors raise of files that are none of theirs."""
UNSAFE_MESSAGES = ("Unsupported global", "Trying to")  # of PyTorch, where a pickle holds code


def reason_of(error: BaseException) -> str:
    """Return the kind of an error and its first line, short enough to stand in a sentence."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:160]


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Return what a weights file holds by name, on the CPU.

    Raises
    ------
    WeightsError
        If it is not there, is no weights file, or would run code when it is read.
    """
    if not path.is_file():
        raise WeightsError(str(path), "there is no such file", "check the path")
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        content = _read_pickle(path)
    except pickle.UnpicklingError as error:
        unsafe = any(message in str(error) for message in UNSAFE_MESSAGES)
        if not (_is_bare_pickle(path) or unsafe):
            raise WeightsError(str(path), "it is no weights file", "fetch it again") from None
        raise WeightsError(
            str(path),
            "reading this file would run code that came with it",
            "do not trust it; ask who made it for a safetensors file",
        ) from None
    except (*DAMAGED, OSError) as error:
        text = "" if isinstance(error, LookupError) else str(error)  # the key alone
        reason = text.partition("\n")[0][:120] or type(error).__name__
        raise WeightsError(
            str(path), f"it is no weights file ({reason})", "fetch it again"
        ) from None
    if not isinstance(content, dict):
        raise WeightsError(str(path), "it holds no named weights", "give a state dict")
    return content


def _is_bare_pickle(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(1) == pickle.PROTO


def _read_pickle(path: Path) -> Any:
    # training scripts save their arguments beside the weights: a plain record
    with torch.serialization.safe_globals([argparse.Namespace]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Detected pickle protocol")
        return torch.load(path, map_location="cpu", weights_only=True)


def state_dict_of(checkpoint: Mapping[str, Any], *wrappers: str) -> dict[str, Tensor]:
    """Return the state dict of a checkpoint, which may lie under one of ``wrappers``."""
    state: Any = checkpoint
    for name in wrappers:
        if isinstance(checkpoint.get(name), dict):
            state = checkpoint[name]
            break
    return {
        key: value
        for key, value in state.items()
        if isinstance(key, str) and isinstance(value, Tensor) and value.layout == torch.strided
    }


def load_strictly(
    network: nn.Module, state: Mapping[str, Tensor], source: str, ignored: Iterable[str] = ()
) -> None:
    """Load a state dict into a network; every weight must fit, as :func:`check_weights` has it.

    Parameters
    ----------
    network : takes the weights
    state : weights by name
    source : the file that they come from, for the error
    ignored : prefixes of names in ``state`` that the network does not need

    Raises
    ------
    WeightsError
        If a weight is missing, unexpected, of another shape, or no finite number.
    """
    check_weights(network, state, source, ignored)
    network.load_state_dict({key: state[key] for key in network.state_dict()}, strict=True)


def check_weights(
    network: nn.Module, state: Mapping[str, Tensor], source: str, ignored: Iterable[str] = ()
) -> None:
    """Refuse a state dict that does not fit a network, which may be of shapes alone.

    Parameters
    ----------
    network : would take the weights
    state : weights by name
    source : the file that they come from, for the error
    ignored : prefixes of names in ``state`` that the network does not need

    Raises
    ------
    WeightsError
        If a weight is missing, unexpected, of another shape, or no finite number.
    """
    own = network.state_dict()
    unexpected = [
        key for key in state if key not in own and not key.startswith(tuple(ignored) or ("\0",))
    ]
    missing = [key for key in own if key not in state]
    shapes = [key for key in own if key in state and state[key].shape != own[key].shape]
    faults = [
        f"{len(keys)} {what} ({keys[0]})"
        for keys, what in (
            (missing, "missing"),
            (unexpected, "unexpected"),
            (shapes, "of another shape"),
        )
        if keys
    ]
    if faults:
        raise WeightsError(
            source,
            f"these weights do not fit the network: {', '.join(faults)}",
            "is this file for another encoder?",
        )
    infinite = [key for key in own if not bool(state[key].isfinite().all())]
    if infinite:
        raise WeightsError(
            source,
            f"{len(infinite)} of its weights have values that are not finite ({infinite[0]})",
            "fetch it again, or see how its training ended",
        )
