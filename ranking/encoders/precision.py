"""The precision of an encoder's arithmetic: float32, or bfloat16 where encoder and device allow it.

Conventions
-----------
An encoder's spec names the lowest precision that it can do with. It is not used on a device without
instructions for it (:func:`ranking.devices.capabilities.computes_in_bfloat16`): there it would take
several times as long as float32, for less.
"""

import torch

from ranking.devices.capabilities import computes_in_bfloat16
from ranking.encoders.spec import PRECISIONS, EncoderSpec, Precision
from ranking.errors import EncoderError, Given
from ranking.files.text import escape_controls


def default_precision(spec: EncoderSpec, device: str | torch.device) -> Precision:
    """Return the precision that an encoder has on a device, where nobody decides otherwise."""
    return spec.precision if computes_in_bfloat16(device) else "float32"


def possible_precision(spec: EncoderSpec, requested: str) -> Precision:
    """Return the precision that is asked of an encoder.

    Raises
    ------
    EncoderError
        If there is no such precision, or the encoder cannot do with it.
    """
    found = next((one for one in PRECISIONS if one == requested), None)
    if found is None:
        raise EncoderError(
            Given(precision=escape_controls(requested)),
            "no such precision",
            f"choose {' or '.join(PRECISIONS)}",
        )
    if found not in ("float32", spec.precision):
        raise EncoderError(
            Given(precision=requested),
            f"{spec.name} needs {spec.precision}",
            f"choose {spec.precision}, or another encoder",
        )
    return found
