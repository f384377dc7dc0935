"""Train the ranker that ships, on performances that the project makes itself.

    python -m icpc.synthetic.train --keep DIR --out ranking/judging/rankers

Conventions
-----------
It learns from recitals of four styles, chooses its epoch by other programmes of these, and is
tested on further ones, and on two styles that it never heard. Players, pianos and rooms are new in
each set. The test sets are heard once, at the end, as whole windows and in both orders. What is in
the folder ``--keep`` is not made again. On two cores it takes about an hour, and 6 GB there.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from icpc.synthetic.lessons import Parts, heard, pairs
from icpc.synthetic.recitals import Recital, draw_recitals
from ranking.audio.lengths import SEGMENT_SECONDS
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import count_votes
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.embed import Choice, cache_key_of
from ranking.embeddings.store import Embedding
from ranking.encoders import spec_of
from ranking.evaluation.accuracy import accuracy_by_distance, pair_accuracy
from ranking.evaluation.resampling import Estimate
from ranking.judging.compare import compare_windows
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.ranker import Ranker
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Probe, Record, save_probe
from ranking.probe.fit import fit_run
from ranking.probe.settings import FitSettings, Run
from ranking.progress import SILENT, Progress
from ranking.tasks.expertise import TASKS
from ranking.tasks.task import Examples

NOTE = (
    "judged by the ranker that comes with judge. It has heard synthetic recitals only: it is not "
    "shown that it hears real players' skill."
)


@dataclass(frozen=True)
class Set:
    """Recitals by chance: each programme by some players."""

    styles: tuple[str, ...]
    programmes: int
    seconds: float
    pieces: int
    """Of a programme."""
    seed: int
    players: int = 4
    """Of a programme."""

    def draw(self) -> list[Recital]:
        """Return them."""
        return draw_recitals(
            self.styles, self.programmes, self.players, self.seconds, self.pieces, self.seed
        )


LEARNT = ("chorale", "waltz", "etude", "nocturne")
UNHEARD = ("invention", "sonatina")
TRAIN = Set(LEARNT, 70, seconds=300.0, pieces=5, seed=1)
VALIDATION = Set(LEARNT, 8, seconds=300.0, pieces=5, seed=2)
TESTS = {
    "test": Set(LEARNT, 12, seconds=300.0, pieces=5, seed=3),
    "unheard styles": Set(UNHEARD, 12, seconds=300.0, pieces=5, seed=4),
}
PAIRS, VALIDATION_PAIRS = 3000, 200
SEGMENTS_OF_A_PART = 3
SETTINGS = FitSettings(epochs=3, batch=16, rate=1e-3, patience=3)
CHANNELS, DROPOUT = (1, 8, 2), 0.1


def examples() -> tuple[Examples, Examples]:
    """Return the pairs to learn from and those to choose by."""
    train = TRAIN.draw()
    return (
        pairs(train, 0, PAIRS, whole=False, seed=1),
        pairs(VALIDATION.draw(), len(train), VALIDATION_PAIRS, whole=True, seed=2),
    )


def train(keep: Path, progress: Progress = SILENT) -> Probe:
    """Return the ranker, fitted and tested."""
    spec = spec_of("spectrogram")
    config = HeadConfig(
        spec.frames, spec.dimension, classes=2, sides=2, channels=CHANNELS, dropout=DROPOUT
    )
    own = [*_heard(TRAIN, keep, progress), *_heard(VALIDATION, keep, progress)]
    parts = Parts(own, SEGMENTS_OF_A_PART, seed=3)
    run = Run(config, SETTINGS, *examples())
    fitted = fit_run(TASKS[2], run, parts.take, "cpu", progress, keep)
    record = Record(
        TASKS[2].name,
        cache_key_of(Choice("spectrogram")),
        config,
        {**SETTINGS.on_disk, "pairs": PAIRS, "epoch": fitted.epoch},
        run.train.digest,
        remark=NOTE,
    )
    ranker = ProbeRanker(fitted.head, record)
    results = {"validation": fitted.history[fitted.epoch - 1]} | {
        name: examine(ranker, own.draw(), _heard(own, keep, progress))
        for name, own in TESTS.items()
    }
    return Probe(fitted.head, replace(record, results=results))


def examine(
    ranker: Ranker, recitals: Sequence[Recital], spectrograms: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Return the share of ordered pairs that the better player won, in all and by distance."""
    names = [f"{number:04d}" for number in range(len(recitals))]
    bank = EmbeddingBank(
        [
            (name, Embedding(own, np.full(len(own), float(SEGMENT_SECONDS))))
            for name, own in zip(names, spectrograms, strict=True)
        ]
    )
    tally = count_comparisons(count_votes(compare_windows(ranker, bank)))
    level = np.array([recital.level for recital in recitals])
    level = level[tally.candidates.astype(int)]
    distances = accuracy_by_distance(tally, level)
    return {
        "recitals": len(recitals),
        **_said(pair_accuracy(tally, level)),
        "by distance of levels": [
            {"from": round(least, 3), "to": round(most, 3), **_said(estimate)}
            for (least, most), estimate in distances.items()
        ],
    }


def _said(estimate: Estimate) -> dict[str, float]:
    parts = {"accuracy": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: round(value, 4) for name, value in parts.items()} | {"pairs": int(estimate.pairs)}


def _heard(own: Set, keep: Path, progress: Progress) -> list[np.ndarray]:
    return heard(own.draw(), keep, progress)


class Lines(Progress):
    """Writes a line on stderr for every tenth of a stage: an hour without a word is long."""

    def start(self, what: str, total: float | None = None, unit: str = "") -> Self:
        """Begin a stage."""
        self._what = f"{what} ({unit})" if unit else what
        self._total, self._pieces = total or 1.0, 0.0
        return self

    def advance(self, pieces: float = 1, detail: str = "") -> None:
        """Write how far it is, where that is another tenth."""
        before, self._pieces = self._pieces, self._pieces + pieces
        if 10 * before // self._total < 10 * self._pieces // self._total:
            share = f"{100 * self._pieces / self._total:.0f} %"
            sys.stderr.write(f"{', '.join(filter(None, (self._what, share, detail)))}\n")


def main() -> None:
    """Train, test and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for what is made")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the ranker")
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    probe = train(given.keep, Lines())
    save_probe(probe, given.out / "spectrogram.safetensors")
    for name, result in probe.record.results.items():
        sys.stdout.write(f"{name}: {result}\n")


if __name__ == "__main__":
    main()
