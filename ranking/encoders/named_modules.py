"""Python modules that a user names, to be run: found, hashed and imported.

Conventions
-----------
A module is named by how it is imported, if it is installed, or by a path: one that begins with
``/``, ``./``, ``../`` or ``~``, of a file or of a folder with ``__init__.py``. One in the working
folder is only taken by its path, also where Python would find it there: somebody else's files may
lie in it. Finding and hashing a module runs nothing of it.
The hash is of all source files and compiled modules of its package, not of other packages that it
imports.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from ranking.errors import EncoderError
from ranking.files.hashing import file_sha256, json_sha256
from ranking.files.text import escape_controls

PATH_STARTS = ("/", "./", "../", "~", ".\\", "..\\")
INIT = "__init__.py"
CODE = (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)


@dataclass(frozen=True)
class NamedModule:
    """A module that was found, and not yet imported."""

    where: str
    """The encoder as the user named it, for errors."""
    name: str
    """How it is imported; of one named by a path, what it is called."""
    root: Path
    """Its file, or the folder of its package."""
    installed: bool
    """Whether it is imported by its name; else from its file."""

    @property
    def sha256(self) -> str:
        """Hash of its code."""
        if self.root.is_file():
            return json_sha256({self.root.name: file_sha256(self.root)})
        files = [path for path in self.root.rglob("*") if path.name.endswith(CODE)]
        own = {path.relative_to(self.root).as_posix(): file_sha256(path) for path in files}
        return json_sha256(own)


def is_path(text: str) -> bool:
    """Return whether a name is of a file or folder, and not of what is installed or published."""
    return text.startswith(PATH_STARTS) or Path(text).is_absolute()


def find_module(where: str, text: str) -> NamedModule:
    """Return the module of a name or path.

    Parameters
    ----------
    where : the encoder as the user named it, for errors
    text : what names the module

    Raises
    ------
    EncoderError
        If there is none, or it lies in the working folder and is not named by its path.
    """
    return _at_path(where, text) if is_path(text) else _installed(where, text)


def import_named(module: NamedModule) -> ModuleType:
    """Import a module, which runs it.

    Raises
    ------
    EncoderError
        If it cannot be imported.
    """
    try:
        if module.installed:
            return import_module(module.name)
        return _import_file(module)
    except (ImportError, AttributeError, SyntaxError, NameError, OSError) as error:
        raise EncoderError(
            module.where,
            f"it cannot be imported ({type(error).__name__}: {error})",
            "correct it, or install what it needs; a module of several files is a folder with "
            f"{INIT}",
        ) from None


def _at_path(where: str, text: str) -> NamedModule:
    path = Path(text).expanduser().absolute()
    if path.is_dir() and not (path / INIT).is_file():
        raise EncoderError(where, f"this folder has no {INIT}", "name the module's own file")
    if not path.is_dir() and not (path.is_file() and path.suffix in SOURCE_SUFFIXES):
        what = "this is no file of Python" if path.exists() else "there is no such file"
        raise EncoderError(where, what, "name a file that ends in .py, or a package's folder")
    return NamedModule(where, path.name if path.is_dir() else path.stem, path, installed=False)


def _installed(where: str, text: str) -> NamedModule:
    if text.endswith(tuple(SOURCE_SUFFIXES)) or not all(map(str.isidentifier, text.split("."))):
        raise EncoderError(
            escape_controls(where),
            "a module is named as it is imported, or by a path with its folder",
            "write package.module, ./module.py or /path/to/module.py",
        )
    top = text.partition(".")[0]
    try:
        found = find_spec(top)
    except ValueError:  # of a module without a file, such as __main__
        found = None
    folders = [Path(one) for one in (found.submodule_search_locations or ())] if found else []
    origin = Path(found.origin) if found and found.has_location and found.origin else None
    root = folders[0] if folders else origin
    if root is None:
        raise EncoderError(
            where,
            f"no module {top} is installed",
            "install it, or name its file: ./module.py or /path/to/module.py",
        )
    if root.parent.resolve() == Path.cwd():
        raise EncoderError(
            where,
            f"{top} is in the working folder, from which nothing is run unasked",
            f"name it by its path: ./{root.name}",
        )
    return NamedModule(where, text, root, installed=True)


def _import_file(module: NamedModule) -> ModuleType:
    """Import a file; the same code is imported once, under a name that no other module has."""
    name = f"judge_named_{module.sha256[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    package = module.root.is_dir()
    spec = spec_from_file_location(
        name,
        module.root / INIT if package else module.root,
        submodule_search_locations=[str(module.root)] if package else None,
    )
    if spec is None or spec.loader is None:
        raise ImportError("it is of no kind that Python knows")
    loaded = module_from_spec(spec)
    sys.modules[name] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[name]
        raise
    return loaded
