"""What commands computed of a run, kept in its folder, so that none computes it again.

Conventions
-----------
``findings.json`` holds what :data:`COMPUTED_FROM` is a hash of: tables, settings, versions of the
program and its libraries, and the program's own code. If any of them differs, or the file was
edited, which a warning says, nothing is kept, and all is computed anew. Only results of a run's own
settings are kept. A missing number is null; others are written with all their digits, so that what
is read equals what was computed. A run may come from somebody else: values of other types than the
program writes are computed anew, too.
"""

import hashlib
import json
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, cached_property
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

import icpc
import ranking
from icpc.study.run_folder import FINDINGS_FILE, add_to_run
from icpc.study.runs import load_run_record, run_record
from icpc.study.settings import Settings
from icpc.study.study import Study
from ranking.errors import FileWarning, RunError
from ranking.files.atomic import write_text
from ranking.files.hashing import json_sha256
from ranking.files.records import read_record
from ranking.methods.registry import METHODS

COMPUTED_FROM = "computed_from"
OF_FILES = ("sha256", "intervals")  # of a record: where data came from, and what follows from them
T = TypeVar("T")


class KeptResults:
    """Results on a study by name, kept in the folder of its run.

    Nothing is kept of a study with other settings than its run, nor in a folder that cannot be
    written.

    Parameters
    ----------
    study
        The study.
    folder
        Folder of its run; None: nothing is kept.
    """

    def __init__(self, study: Study, folder: Path | None) -> None:
        self.study, self.folder = study, folder

    def get(
        self,
        name: str,
        compute: Callable[[], T],
        to_json: Callable[[T], Any],
        from_json: Callable[[Any], T],
    ) -> T:
        """Return what is kept by a name, or compute and keep it.

        Parameters
        ----------
        name
            Name of the result.
        compute
            Computes it.
        to_json
            Returns its values as JSON has them.
        from_json
            Returns the result of such values; a number that is null is missing. It raises a
            ``ValueError`` where they are no such values.
        """
        if name in self._values:
            with suppress(ValueError):
                return from_json(self._values[name])
        result = compute()
        if self._of_run:
            self._values[name] = _without_nan(to_json(result))
            self._write()
        return result

    @cached_property
    def _values(self) -> dict[str, Any]:
        if self.folder is None:
            return {}
        path = self.folder / FINDINGS_FILE
        try:
            kept = read_record(path)
            values: dict[str, Any] = kept["values"]
            if kept["sha256"] != json_sha256(values):
                raise ValueError
            return values if kept[COMPUTED_FROM] == self._sha256 else {}
        except OSError:
            return {}
        except (ValueError, KeyError, TypeError):
            what = f"{path}: changed since it was written; what it kept is computed again."
            warnings.warn(what, FileWarning, stacklevel=3)
            return {}

    @cached_property
    def _sha256(self) -> str:
        return _study_sha256(self.study)

    @cached_property
    def _of_run(self) -> bool:
        """Whether the study has the settings of the run, and a method of the program."""
        if self.folder is None:
            return False
        study, record = self.study, load_run_record(self.folder)
        return (
            study.settings == Settings(**record["settings"])
            and study.comparisons.passing_score == record["comparisons"]["passing_score"]
            and study.settings.method in METHODS.own
        )

    def _write(self) -> None:
        sha256 = json_sha256(self._values)
        kept = {COMPUTED_FROM: self._sha256, "sha256": sha256, "values": self._values}
        text = json.dumps(kept, ensure_ascii=False) + "\n"
        if self.folder is not None:
            of = self.study.comparisons.run_sha256
            with suppress(RunError, OSError), add_to_run(self.folder, of) as new:
                write_text(text, new / FINDINGS_FILE)


def _study_sha256(study: Study) -> str:
    """The hash of everything that results on a study depend on."""
    competition, comparisons = study.competition, study.comparisons
    record = {name: value for name, value in run_record(study).items() if name not in OF_FILES}
    tables = {
        "roster": competition.roster,
        "comparisons": comparisons.table,
        "votes": comparisons.votes,
        "marks": comparisons.marks,
    }
    of_tables = {name: _table_sha256(one) for name, one in tables.items() if one is not None}
    if comparisons.permuted is not None:
        outcomes = comparisons.permuted.outcomes.tobytes()
        of_tables["permuted"] = hashlib.sha256(outcomes).hexdigest()
    return json_sha256({"record": record, "tables": of_tables, "code": _code_sha256()})


def _table_sha256(table: pd.DataFrame) -> str:
    """The hash of the values of a table, each distinct one of a column spelt once."""
    digest = hashlib.sha256()
    for name, column in table.items():
        codes, values = pd.factorize(column)
        digest.update(f"{name}\n{values.tolist()!r}\n".encode())
        digest.update(codes.tobytes())
    return digest.hexdigest()


@cache
def _code_sha256() -> str:
    """The hash of the program's modules: an edited one may compute something else."""
    digest = hashlib.sha256()
    for package in (icpc, ranking):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _without_nan(value: Any) -> Any:
    """The value with null for numbers that are missing."""
    if isinstance(value, Mapping):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and isnan(value) else value
