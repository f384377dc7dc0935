"""An installed package, as Python sees it, that offers encoders."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from ranking.encoders import registry
from ranking.errors import EncoderError
from ranking.files.registry import Registry


def offer_encoders(
    patch: pytest.MonkeyPatch, site: Path, modules: Mapping[str, str], entries: Mapping[str, str]
) -> None:
    """Install modules, their code by name, and entry points, what they name by name."""
    facts = site / "others-0.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 0.0\n")
    lines = [f"{name} = {value}" for name, value in entries.items()]
    (facts / "entry_points.txt").write_text("\n".join(["[judge.encoders]", *lines]))
    for name, code in modules.items():
        (site / f"{name}.py").write_text(code)
        patch.delitem(sys.modules, name, raising=False)
    patch.syspath_prepend(str(site))
    fresh: Registry[ModuleType] = Registry(
        "types:ModuleType", "judge.encoders", registry.ENCODERS.own, EncoderError
    )
    patch.setattr(registry, "ENCODERS", fresh)
