"""Packages that not everybody needs: which extra of the program brings one that is missing."""

from ranking.errors import JudgeError

AUDIO = "audio"
EXTRAS = {
    **dict.fromkeys(
        ("av", "filelock", "onnxruntime", "platformdirs", "safetensors", "soxr"), AUDIO
    ),
    **dict.fromkeys(
        ("huggingface_hub", "timm", "torch", "torchaudio", "transformers", "xxhash"), AUDIO
    ),
    **dict.fromkeys(("dac", "audiotools"), "audio,dac"),
    **dict.fromkeys(("dask", "distributed"), "cluster"),
    **dict.fromkeys(("fsspec", "s3fs"), "storage"),
    "jinja2": "report",
    "yt_dlp": "fetch",
}
"""Extra by the module that is imported."""


def missing_package(error: ModuleNotFoundError) -> JudgeError | None:
    """Return what to install where a package of an extra is missing; None where another is."""
    module = (error.name or "").partition(".")[0]
    if module not in EXTRAS:
        return None
    return JudgeError(
        "this command",
        f"{module} is not installed",
        f"install it: pip install 'judge[{EXTRAS[module]}]'",
    )
