"""Models of transformers on disk: in a folder, or in the cache of the Hugging Face Hub.

Conventions
-----------
A folder is named by a path: one that begins with ``/``, ``./``, ``../`` or ``~``. Any other name
is of a model on the Hub, ``owner/model`` or ``owner/model@revision``, and is looked for in the
Hub's own cache on this disk, without a network. The revision is pinned: the cache says which commit
a branch was when it was fetched, and that one is taken.
Of a model only its configuration and weights are read, and hashed.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from ranking.encoders.named_modules import is_path
from ranking.encoders.weights_hash import weights_sha256
from ranking.errors import Given, WeightsError
from ranking.files.hashing import json_sha256
from ranking.files.text import escape_controls

CONFIGURATION = ("config.json", "preprocessor_config.json")
SAFE, PICKLED = ("model*.safetensors*",), ("pytorch_model*.bin*",)
NAME = re.compile(r"([\w.-]+(?:/[\w.-]+)?)(?:@([\w./-]+))?")
"""Name of a model on the Hub, and the revision."""


def find_model(text: str) -> tuple[Path, str]:
    """Return the folder of a model and its revision, which is empty where it is not known.

    Parameters
    ----------
    text : path of a folder, or a name on the Hub

    Raises
    ------
    WeightsError
        If it is not on this disk.
    """
    if is_path(text):
        folder, revision = Path(text).expanduser().absolute(), ""
        if not folder.is_dir():
            raise WeightsError(text, "there is no such folder", "check the path")
    else:
        folder = _cached(text)
        revision = folder.name
    for name in CONFIGURATION:
        if not (folder / name).is_file():
            raise WeightsError(
                str(folder),
                f"no {name} is in it",
                "save model and feature extractor there, by save_pretrained; a model of another "
                "kind can be wrapped in a module with the HEAR interface",
            )
    if not any(weights_files(folder)):
        raise WeightsError(
            str(folder), "no weights are in it", "save them there, as model.safetensors"
        )
    return folder, revision


def weights_files(folder: Path) -> Iterator[Path]:
    """Yield the weights of a model: safetensors, or a PyTorch file where there are none."""
    found = [path for pattern in SAFE for path in sorted(folder.glob(pattern))]
    yield from found or (path for pattern in PICKLED for path in sorted(folder.glob(pattern)))


def model_sha256(folder: Path) -> str:
    """Return the hash of a model: of its configuration and its weights.

    Raises
    ------
    WeightsError
        If a file cannot be read.
    """
    files = [*(folder / name for name in CONFIGURATION), *weights_files(folder)]
    return json_sha256({path.name: weights_sha256(path) for path in files})


def fetch_model(text: str) -> tuple[Path, str]:
    """Download configuration and weights of a model into the Hub's cache; return folder and commit.

    What is there is not downloaded again. Nothing that would be run is downloaded, and no token of
    the user's is sent.

    Raises
    ------
    WeightsError
        If it cannot be downloaded.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    name, revision = _split(text)
    try:
        siblings = HfApi().model_info(name, revision=revision, token=False).siblings or []
        files = [one.rfilename for one in siblings]
        safe = any(re.fullmatch(r"model.*\.safetensors", file) for file in files)
        wanted = [*CONFIGURATION, *(SAFE if safe else PICKLED)]
        folder = snapshot_download(name, revision=revision, allow_patterns=wanted, token=False)
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        reason = str(error).strip().splitlines()[0][:160]
        raise WeightsError(
            f"https://huggingface.co/{name}",
            f"it cannot be downloaded ({type(error).__name__}: {reason})",
            "check name and network, or download it elsewhere and name its folder",
        ) from None
    return Path(folder), Path(folder).name


def _cached(text: str) -> Path:
    """The folder in the Hub's cache of a model that was fetched."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    name, revision = _split(text)
    try:
        found = snapshot_download(
            name, revision=revision, allow_patterns=list(CONFIGURATION), local_files_only=True
        )
        return Path(found)
    except LocalEntryNotFoundError:
        near = f"; the folder of that name is ./{text}" if Path(text).is_dir() else ""
        by_hand = "name the folder of a model that was saved, /path/to/model"
        raise WeightsError(
            f"hf:{text}",
            f"it is not in the cache of the Hugging Face Hub on this disk{near}",
            f"fetch it, or {by_hand}",
            key="fetch-weights",
            encoder=f"hf:{text}",
            by_hand=by_hand,
        ) from None


def _split(text: str) -> tuple[str, str | None]:
    """Name and revision of a model on the Hub."""
    found = NAME.fullmatch(text)
    if found is None:
        raise WeightsError(
            Given(encoder=escape_controls(f"hf:{text}")),
            "this is no name of a model",
            "write owner/model, owner/model@revision, or ./folder",
        )
    return found[1], found[2]
