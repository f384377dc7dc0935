"""What an embedding depends on, beside the sound; the name of its folder in a store.

Conventions
-----------
A key is hashed under the names that its fields had at first, and a field that came later only where
it has another value than all keys had before: what lies on people's disks is found again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from ranking.encoders.spec import RENAMED_OPTIONS
from ranking.files.hashing import json_sha256


@dataclass(frozen=True)
class CacheKey:
    """What an embedding depends on, beside the sound."""

    encoder: str
    """Name of the encoder."""
    precision: str = "float32"
    """Precision of its arithmetic: float32 or bfloat16."""
    weights_sha256: str = ""
    """Hash of the weights file; empty for an encoder that has none."""
    front_end: tuple[tuple[str, bool | float], ...] = ()
    """All options of the front end as (name, value), in order of their names."""
    segmentation: int = 1
    """Version of how recordings are cut into segments; they differ in the last segment alone."""
    module_sha256: str = ""
    """Hash of the encoder's code, where the user named it; else empty."""

    @cached_property
    def folder(self) -> str:
        """Name of the folder in a store: the encoder, and a hash of the key."""
        name = self.encoder.replace(":", "-").replace("/", "-")
        return f"{name}-{json_sha256(_on_disk(self))[:16]}"

    @property
    def record(self) -> dict[str, Any]:
        """The key as records have it: without what only modules have that a user named."""
        own = asdict(self)
        if not self.module_sha256:
            del own["module_sha256"]
        return own

    @property
    def earlier(self) -> "CacheKey | None":
        """The key of the same embeddings, the last segment apart, in an earlier segmentation."""
        return None if self.segmentation == 1 else replace(self, segmentation=1)


def make_cache_key(
    encoder: str,
    precision: str,
    weights_sha256: str,
    front_end: Mapping[str, bool | float],
    segmentation: int = 1,
    module_sha256: str = "",
) -> CacheKey:
    """Return the cache key of an encoder's embeddings.

    Parameters
    ----------
    encoder : name of the encoder
    precision : precision of its arithmetic, float32 or bfloat16
    weights_sha256 : hash of the weights file; empty for an encoder that has none
    front_end : all options of the front end, in any order
    segmentation : version of how recordings are cut into segments
    module_sha256 : hash of the encoder's code, where the user named it
    """
    options = tuple(sorted(front_end.items()))
    return CacheKey(encoder, precision, weights_sha256, options, segmentation, module_sha256)


def _on_disk(cache_key: CacheKey) -> dict[str, Any]:
    """The key under the names that folders are hashed by, whatever its fields are called."""
    old = {new: name for name, new in RENAMED_OPTIONS.items()}
    return {
        "encoder": cache_key.encoder,
        "precision": cache_key.precision,
        "weights_sha256": cache_key.weights_sha256,
        "front_end": sorted((old.get(name, name), value) for name, value in cache_key.front_end),
        **({} if cache_key.segmentation == 1 else {"segmentation": cache_key.segmentation}),
        **({"module_sha256": cache_key.module_sha256} if cache_key.module_sha256 else {}),
    }
