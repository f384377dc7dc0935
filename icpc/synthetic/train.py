"""Train the ranker that ships, on performances that the project makes itself.

    python -m icpc.synthetic.train --cache DIR --out ranking/judging/rankers

Conventions
-----------
It is trained on recitals of four styles, validated on other programmes of these, and tested on
further ones, and on two styles that it was not trained on. Players, pianos and rooms are new in
each set. The test sets are used once, at the end, as sound files, as whole windows and in both
orders. ``--evaluate FILE`` tests a ranker again that was trained before. What is in the folder
``--cache`` is not made again. On two cores it takes about an hour, and 6 GB there.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from icpc.synthetic.recitals import Recital, draw_recitals
from icpc.synthetic.training_pairs import (
    Excerpts,
    draw_pairs,
    load_spectrograms,
    write_recordings,
)
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.store import Embedding, EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.encoders import spec_of
from ranking.evaluation.accuracy import pair_accuracy, pair_accuracy_by_score_difference
from ranking.evaluation.resampling import Estimate
from ranking.judging.compare import compare_windows
from ranking.judging.probe_ranker import ProbeRanker
from ranking.judging.ranker import Ranker
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Probe, Record, load_probe, save_probe
from ranking.probe.computation import computation_facts
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_run
from ranking.progress import SILENT, Progress
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.task import Examples

REMARK = (
    "compared by the ranker that comes with judge. It was trained on synthetic recitals only: it "
    "has not been shown to compare the skill of real players."
)


@dataclass(frozen=True)
class RecitalSet:
    """Recitals drawn at random: each programme by some players."""

    styles: tuple[str, ...]
    """Styles of the pieces."""
    programmes: int
    """Number of programmes."""
    seconds: float
    """Length of each recital."""
    pieces: int
    """Pieces of a programme."""
    seed: int
    players: int = 4
    """Players of a programme."""

    def draw(self) -> list[Recital]:
        """Return the recitals."""
        return draw_recitals(
            self.styles, self.programmes, self.players, self.seconds, self.pieces, self.seed
        )


TRAINING_STYLES = ("chorale", "waltz", "etude", "nocturne")
UNSEEN_STYLES = ("invention", "sonatina")
TRAIN = RecitalSet(TRAINING_STYLES, 70, seconds=300.0, pieces=5, seed=1)
VALIDATION = RecitalSet(TRAINING_STYLES, 8, seconds=300.0, pieces=5, seed=2)
TESTS = {
    "test": RecitalSet(TRAINING_STYLES, 12, seconds=300.0, pieces=5, seed=3),
    "unseen styles": RecitalSet(UNSEEN_STYLES, 12, seconds=300.0, pieces=5, seed=4),
}
PAIRS, VALIDATION_PAIRS = 3000, 200
SEGMENTS_PER_EXCERPT = 3
SETTINGS = TrainingSettings(
    epochs=3, batch_size=16, windows_per_step=0, learning_rate=1e-3, patience=3
)
CHANNELS, DROPOUT = (1, 8, 2), 0.1


def train_and_validation_examples() -> tuple[Examples, Examples]:
    """Return the pairs to train on and those to validate with."""
    train = TRAIN.draw()
    return (
        draw_pairs(train, 0, PAIRS, whole_recitals=False, seed=1),
        draw_pairs(VALIDATION.draw(), len(train), VALIDATION_PAIRS, whole_recitals=True, seed=2),
    )


def train_shipped_ranker(cache: Path, progress: Progress = SILENT) -> Probe:
    """Return the ranker, trained and tested."""
    spec = spec_of("spectrogram")
    config = HeadConfig(
        spec.frames, spec.dimension, outputs=2, inputs=2, channels=CHANNELS, dropout=DROPOUT
    )
    spectrograms = [
        spectrogram
        for recitals in (TRAIN, VALIDATION)
        for spectrogram in load_spectrograms(recitals.draw(), cache, progress)
    ]
    task, excerpts = EXPERTISE_TASKS[2], Excerpts(spectrograms, SEGMENTS_PER_EXCERPT, seed=3)
    run = TrainingRun(config, SETTINGS, *train_and_validation_examples())
    trained = train_run(task, run, excerpts.load_batch, "cpu", progress, cache)
    record = Record(
        task.name,
        cache_key_with_weights_hash(EncoderChoice("spectrogram")),
        config,
        {**asdict(SETTINGS), "pairs": PAIRS, "epoch": trained.epoch},
        run.train.sha256,
        remark=REMARK,
        computation=computation_facts("cpu"),
    )
    results = {"validation": trained.history[trained.epoch - 1]}
    probe = Probe(trained.head, replace(record, results=results))
    return with_test_results(probe, cache, progress)


def with_test_results(probe: Probe, cache: Path, progress: Progress = SILENT) -> Probe:
    """Return a ranker with the results of its tests in its record.

    Parameters
    ----------
    probe
        The ranker.
    cache
        A folder of recordings and embeddings; what is in it is not made again.
    progress
        Shows the recitals.
    """
    ranker = ProbeRanker(probe.head, probe.record)
    results = {
        name: evaluate_ranker(ranker, own := test.draw(), embed_recitals(own, cache, progress))
        for name, test in TESTS.items()
    }
    record = replace(probe.record, results={**probe.record.results, **results})
    return Probe(probe.head, record)


def embed_recitals(
    recitals: Sequence[Recital], cache: Path, progress: Progress = SILENT
) -> list[Embedding]:
    """Return the embeddings of recitals as of any recording, from sound files.

    Parameters
    ----------
    recitals
        Recitals to be played.
    cache
        A folder of recordings and embeddings; what is in it is not made again.
    progress
        Shows the recitals.
    """
    choice, folder = EncoderChoice("spectrogram"), cache / "embeddings"
    paths = write_recordings(recitals, cache, progress)
    done = {one.path: one for one in embed_all(paths, EmbeddingSettings(folder, (choice,)))}
    store, key = EmbeddingStore(folder), cache_key_with_weights_hash(choice)
    return [store.load(key, done[path].recording) for path in paths]


def evaluate_ranker(
    ranker: Ranker, recitals: Sequence[Recital], embeddings: Sequence[Embedding]
) -> dict[str, Any]:
    """Return the share of ordered pairs that the better player won, in all and by distance.

    Parameters
    ----------
    ranker
        What compares the recitals.
    recitals
        Recitals of known level, none of which the ranker was trained on.
    embeddings
        Embedding of each recital.
    """
    names = [f"{number:04d}" for number in range(len(recitals))]
    bank = EmbeddingBank(list(zip(names, embeddings, strict=True)))
    tally = count_comparisons(votes_to_comparisons(compare_windows(ranker, bank)))
    level = np.array([recital.level for recital in recitals])
    level = level[tally.candidates.astype(int)]
    distances = pair_accuracy_by_score_difference(tally, level)
    return {
        "recitals": len(recitals),
        **_rounded(pair_accuracy(tally, level)),
        "by distance of levels": [
            {"from": round(low, 3), "to": round(high, 3), **_rounded(estimate)}
            for (low, high), estimate in distances.items()
        ],
    }


def _rounded(estimate: Estimate) -> dict[str, float]:
    values = {"accuracy": estimate.value, "low": estimate.low, "high": estimate.high}
    rounded = {name: round(value, 4) for name, value in values.items()}
    return rounded | {"pairs": int(estimate.pairs)}


class PrintedProgress(Progress):
    """Writes a line to stderr for every tenth of a stage: an hour without a word is long."""

    def start(self, what: str, total: float | None = None, unit: str = "") -> Self:
        """Begin a stage."""
        self._what = f"{what} ({unit})" if unit else what
        self._total, self._done = total or 1.0, 0.0
        return self

    def advance(self, steps: float = 1, detail: str = "") -> None:
        """Write how far it is, where that is another tenth."""
        before, self._done = self._done, self._done + steps
        if 10 * before // self._total < 10 * self._done // self._total:
            share = f"{100 * self._done / self._total:.0f} %"
            sys.stderr.write(f"{', '.join(filter(None, (self._what, share, detail)))}\n")

    def remark(self, sentence: str) -> None:
        """Write a sentence."""
        sys.stderr.write(f"{sentence}\n")


def main() -> None:
    """Train, test and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="a folder for spectrograms")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the ranker")
    parser.add_argument("--evaluate", type=Path, help="a ranker to test, instead of training one")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    progress = PrintedProgress()
    probe = (
        train_shipped_ranker(given.cache, progress)
        if given.evaluate is None
        else with_test_results(load_probe(given.evaluate), given.cache, progress)
    )
    save_probe(probe, given.out / "spectrogram.safetensors")
    for name, result in probe.record.results.items():
        sys.stdout.write(f"{name}: {result}\n")


if __name__ == "__main__":
    main()
