"""How well colours stand out from each other, as WCAG 2 defines it."""

import numpy as np
from matplotlib.colors import to_rgb


def luminance(colour: str | tuple[float, ...]) -> float:
    """Relative luminance, from 0 to 1."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str | tuple[float, ...], other: str | tuple[float, ...]) -> float:
    """Contrast ratio, from 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)
