"""What comes from outside, and what leaves, passes one place for each kind; here are their names.

A place that is not listed is a new boundary: it belongs where the others of its kind are, or needs
a reason to be beside them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("icpc", "plots", "ranking")
WRITING = set("wax+")
ALLOWED = {
    "media": {
        "ranking.audio.containers",  # every recording
        "ranking.audio.flac",  # writes FLAC
    },
    "array": {"ranking.files.records"},
    "JSON": {
        "ranking.files.records",
        "icpc.workflows.judging",  # texts that it wrote itself a line before
    },
    "TOML": {"icpc.competition.competitions"},
    "workbook": {"ranking.files.workbook"},
    "weights": {
        "ranking.encoders.checkpoints",
        "ranking.encoders.hugging_face",  # numbers alone, by transformers
        "ranking.probe.state",  # an unfinished training, numbers and plain containers alone
    },
    "network": {
        "ranking.download.connection",  # recordings and weights, and what their addresses lead to
        "ranking.download.page_requests",  # yt-dlp's requests, sent by the former
        "ranking.download.pages",  # yt-dlp, which reads pages
        "ranking.encoders.hub",  # a model that the user asks for by name; or its cache alone
        "ranking.storage.objects",  # a store at the address that the user names
        "ranking.storage.failures",  # names of protocols alone
    },
    "program": {"ranking.workers.programs"},
    "process": {"ranking.workers.children"},
    "writing": {
        "ranking.files.atomic",
        "ranking.encoders.weights",  # what is downloaded, until it is whole
        "ranking.download.transfer",  # the same of recordings
        "ranking.judging.vote_log",  # appended to while pairs are compared
        "icpc.experiments.results",  # a line behind the others, under a lock
        "icpc.cli.streams",  # nothing, in place of a closed stream
    },
    "table": {
        "ranking.files.text",
        "ranking.files.contents",
        "ranking.files.sheets",
        "ranking.comparisons.written",  # what the program wrote; the others read anything else
    },
    "code": {"ranking.encoders.named_modules"},  # what the user named, to be run
}
CALLS = {
    "av.open": "media",
    "np.load": "array",
    "np.fromfile": "array",
    "np.memmap": "array",
    "npy.read_array": "array",
    "json.load": "JSON",
    "json.loads": "JSON",
    "tomllib.load": "TOML",
    "tomllib.loads": "TOML",
    "load_workbook": "workbook",
    "torch.load": "weights",
    "load_file": "weights",
    "AutoModel.from_pretrained": "weights",
    "snapshot_download": "network",
    "urllib.request.urlopen": "network",
    "os.system": "program",
    "os.popen": "program",
    "multiprocessing.Process": "process",
    "multiprocessing.Pool": "process",
    "multiprocessing.get_context": "process",
    "os.fork": "process",
    "pd.read_csv": "table",
    "pd.read_excel": "table",
    "csv.reader": "table",
    "eval": "code",
    "exec": "code",
    "pickle.load": "code",
    "pickle.loads": "code",
    "yaml.load": "code",
}
NETWORK = (
    *("socket", "socketserver", "ssl", "http.client", "http.server", "urllib.request", "ftplib"),
    *("smtplib", "asyncio", "requests", "httpx", "aiohttp", "urllib3", "huggingface_hub", "yt_dlp"),
    *("fsspec", "s3fs", "boto3", "botocore"),
)
MODULES = {"subprocess": "program"} | dict.fromkeys(NETWORK, "network")
METHODS = {
    "exec_module": "code",
    "write_text": "writing",
    "write_bytes": "writing",
    "tofile": "writing",
}


def boundaries(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Kind and text of everything in a module that passes a boundary."""
    for node in ast.walk(tree):
        for name in imported(node):
            of = [module for module in MODULES if f"{name}.".startswith(f"{module}.")]
            yield from ((MODULES[module], name) for module in of)
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in CALLS:
            yield CALLS[called], ast.unparse(node)
        elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            yield METHODS[node.func.attr], ast.unparse(node)
        elif called.rpartition(".")[2] in {"open", "fdopen"} and opens_for_writing(called, node):
            yield "writing", ast.unparse(node)
        elif called == "ProcessPoolExecutor" and not any(
            keyword.arg == "mp_context" for keyword in node.keywords
        ):
            yield "process", ast.unparse(node)


def imported(node: ast.AST) -> list[str]:
    """Names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name for name in inner if name in MODULES] or [node.module]
    return []


def opens_for_writing(called: str, node: ast.Call) -> bool:
    if called == "os.open":
        return "O_RDONLY" not in ast.unparse(node)
    of_path = isinstance(node.func, ast.Attribute) and called not in {"os.fdopen", "io.open"}
    modes = [*node.args[0 if of_path else 1 :][:1], *(k.value for k in node.keywords)]
    return any(
        isinstance(mode, ast.Constant)
        and isinstance(mode.value, str)
        and len(mode.value) <= 3
        and WRITING & {*mode.value}
        for part in modes
        for mode in ast.walk(part)
    )


def trees() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text(encoding="utf-8"))


def test_every_boundary_is_passed_in_its_one_place():
    found = [(name, kind, text) for name, tree in trees() for kind, text in boundaries(tree)]
    elsewhere = [
        f"{name}: {text[:80]} ({kind})" for name, kind, text in found if name not in ALLOWED[kind]
    ]
    assert not elsewhere, "\n".join(elsewhere)
    used = {(kind, name) for name, kind, _ in found}
    unused = {(kind, name) for kind, names in ALLOWED.items() for name in names} - used
    assert unused <= {
        *(("table", f"ranking.files.{name}") for name in ("text", "contents")),
        ("process", "ranking.workers.children"),
    }


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("av.open(path)", "media"),
        ("np.load(path)", "array"),
        ("json.loads(path.read_text())", "JSON"),
        ("import subprocess", "program"),
        ("from subprocess import run", "program"),
        ("import urllib.request", "network"),
        ("from urllib.request import urlopen", "network"),
        ("from urllib import request", "network"),
        ("from requests.sessions import Session", "network"),
        ("from yt_dlp.utils import YoutubeDLError", "network"),
        ("open(path, 'w')", "writing"),
        ("path.open('a')", "writing"),
        ("path.open('ab' if have else 'wb')", "writing"),
        ("path.open(mode='r+b')", "writing"),
        ("path.write_text('x')", "writing"),
        ("os.open(path, os.O_WRONLY)", "writing"),
        ("ProcessPoolExecutor(2)", "process"),
        ("pickle.loads(raw)", "code"),
        ("spec.loader.exec_module(module)", "code"),
    ],
)
def test_a_boundary_is_seen(source, kind):
    assert [found for found, _ in boundaries(ast.parse(source))] == [kind]


@pytest.mark.parametrize(
    "source",
    [
        "path.open('rb')",
        "path.open()",
        "open(path)",
        "write_text(text, path)",
        "open_atomic(path)",
        "ProcessPoolExecutor(2, mp_context=context)",
        "json.dumps(x)",
        "from urllib.parse import quote",
        "from sockets import a",
    ],
)
def test_what_only_reads_bytes_or_goes_through_its_place_is_none(source):
    assert not list(boundaries(ast.parse(source)))
