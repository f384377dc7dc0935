"""What commands computed of a run, kept in its folder, so that none computes it again.

Conventions
-----------
``findings.json`` and ``intervals.json`` hold what :data:`COMPUTED_FROM` is a hash of: tables,
settings, versions of the program and its libraries, and the program's own code. If any of them
differs, or the file was edited, which a warning says, nothing is kept, and all is computed anew.
The ranking, with the draws behind its intervals, is in a file of its own, as it is large. Only
results of a run's own settings are kept. A missing number is null; others are written with all
their digits, so that what is read equals what was computed. A run may come from somebody else:
values of other types than the program writes are computed anew, too.
"""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, cached_property, partial
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import icpc
import ranking
from icpc.competition.competitions import Competition
from icpc.study.comparisons import Comparisons, table_sha256
from icpc.study.intervals import intervals_from_json, intervals_to_json
from icpc.study.run_folder import FINDINGS_FILE, INTERVALS_FILE, KEPT, add_to_run
from icpc.study.run_record import record_of_inputs
from icpc.study.runs import load_run_record
from icpc.study.settings import Settings
from icpc.study.study import Study, run_study
from ranking.comparisons.tally import Tally
from ranking.errors import FileWarning, RunError
from ranking.files.atomic import write_text
from ranking.files.hashing import json_sha256
from ranking.files.records import read_record
from ranking.methods.registry import METHODS
from ranking.uncertainty.rank_intervals import Intervals

COMPUTED_FROM = "computed_from"
T = TypeVar("T")


class KeptValues:
    """Values by name that follow from one competition, comparisons and settings, kept with a run.

    Nothing is kept of other settings than those of the run, nor in a folder that cannot be written.

    Parameters
    ----------
    competition, comparisons, settings
        What values follow from.
    folder
        Folder of the run; None: nothing is kept.
    file
        Name of the file in it.
    """

    def __init__(
        self,
        competition: Competition,
        comparisons: Comparisons,
        settings: Settings,
        folder: Path | None,
        file: str = FINDINGS_FILE,
    ) -> None:
        self.made_from = competition, comparisons, settings
        self.folder, self.file = folder, file

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
        if self.of_run:
            self._values[name] = _without_nan(to_json(result))
            self._write()
        return result

    @cached_property
    def _values(self) -> dict[str, Any]:
        if self.folder is None:
            return {}
        path = self.folder / self.file
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
        return _inputs_sha256(*self.made_from)

    @cached_property
    def of_run(self) -> bool:
        """Whether these are the settings of the run, with a method of the program."""
        if self.folder is None:
            return False
        (_, comparisons, settings), record = self.made_from, load_run_record(self.folder)
        return (
            settings == Settings(**record["settings"])
            and comparisons.passing_score == record["comparisons"]["passing_score"]
            and settings.method in METHODS.own
        )

    def _write(self) -> None:
        sha256 = json_sha256(self._values)
        kept = {COMPUTED_FROM: self._sha256, "sha256": sha256, "values": self._values}
        text = json.dumps(kept, ensure_ascii=False) + "\n"
        if self.folder is not None:
            _, comparisons, _ = self.made_from
            of = comparisons.run_sha256
            with suppress(RunError, OSError), add_to_run(self.folder, of) as new:
                write_text(text, new / self.file)


class KeptResults(KeptValues):
    """Results on a study by name, kept in the folder of its run.

    Parameters
    ----------
    study
        The study.
    folder
        Folder of its run; None: nothing is kept.
    """

    def __init__(self, study: Study, folder: Path | None) -> None:
        super().__init__(study.competition, study.comparisons, study.settings, folder)
        self.study = study


def copy_kept(study: Study, run: Path, folder: Path) -> None:
    """Copy what is kept with a run to another folder of the same study.

    Parameters
    ----------
    study
        The study.
    run
        Folder of its run; of a run with other settings, nothing is copied.
    folder
        Where to.
    """
    if KeptResults(study, run).of_run:
        for name in KEPT:
            with suppress(FileNotFoundError):
                shutil.copyfile(run / name, folder / name)


def study_of_run(
    competition: Competition, comparisons: Comparisons, settings: Settings, folder: Path
) -> Study:
    """Return the study of what was read from a run, ranked as is kept with the run, if it is.

    Parameters
    ----------
    competition, comparisons, settings
        What was read from the run.
    folder
        Folder of the run.

    Raises
    ------
    RankingError
        As :func:`icpc.study.study.run_study` does.
    """
    kept = KeptValues(competition, comparisons, settings, folder, INTERVALS_FILE)

    def kept_intervals(tally: Tally, ranked: Callable[[], Intervals]) -> Intervals:
        return kept.get("ranking", ranked, intervals_to_json, partial(intervals_from_json, tally))

    return run_study(competition, comparisons, settings, kept=kept_intervals)


def _inputs_sha256(competition: Competition, comparisons: Comparisons, settings: Settings) -> str:
    """The hash of everything that results on a study depend on."""
    record = record_of_inputs(competition, comparisons, settings)
    record["provenance"] = dict(comparisons.provenance)
    of_tables = {"roster": table_sha256(competition.roster), **comparisons.sha256_by_table}
    return json_sha256({"record": record, "tables": of_tables, "code": _code_sha256()})


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
