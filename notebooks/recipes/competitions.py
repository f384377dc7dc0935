"""Does a ranker fitted on some editions of a competition order the candidates of another?

    python notebooks/recipes/competitions.py --roster roster.csv --recordings DIR

Conventions
-----------
Every edition is judged by a ranker that was fitted on the other editions: pairs within an edition,
the better is who got further; a fifth of their candidates chooses the epoch. Everyone is heard for
the same number of windows. Frames are a tenth of a second. Accuracy is over the pairs of unequal
result within editions, all editions together; the interval resamples candidates, and p deals the
results out anew within the editions. A control takes the larger number for the better: below one
half, it is the smaller. Only sums over candidates are printed.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd
from manifests import read_candidates, without
from resolution import resampled

from icpc.workflows.embedding import choices_of, embed_missing
from icpc.workflows.settings import EmbeddingOptions
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import count_votes
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.embed import cache_key_of
from ranking.embeddings.store import CacheKey, Embedding, EmbeddingStore
from ranking.embeddings.workers import Work
from ranking.evaluation.accuracy import PERMUTATIONS, larger_wins
from ranking.evaluation.resampling import Estimate, pair_share, tail_p
from ranking.judging.compare import Judging, compare_windows
from ranking.judging.probe_ranker import ProbeRanker, load_ranker
from ranking.judging.ranker import Ranker
from ranking.probe.checkpoint import Record
from ranking.probe.settings import FitSettings
from ranking.probe.train import TrainSettings, train_head
from ranking.tasks.expertise import TASKS
from ranking.tasks.manifest import Manifest

POOL = 15
SETTINGS = TrainSettings(FitSettings(epochs=6, patience=3), most=300)


@dataclass(frozen=True)
class Field:
    """Candidates of all editions, and how they sound."""

    roster: pd.DataFrame
    """``candidate``, ``edition``, ``score``, ``minutes``, in order of candidate."""
    sounds: Mapping[str, Embedding]

    @cached_property
    def coarse(self) -> dict[str, Embedding]:
        """How they sound in longer frames."""
        return {name: resampled(one, POOL) for name, one in self.sounds.items()}

    def of(self, edition: int) -> list[str]:
        """Return the candidates of an edition."""
        return list(self.roster.loc[self.roster["edition"] == edition, "candidate"])

    def without(self, edition: int) -> Manifest:
        """Return the manifest of the other editions."""
        table = without(self.roster, edition)
        return Manifest(f"without {edition}", table.assign(group=table["recording"]))

    def spread(self) -> np.ndarray:
        """Return how far the loudness of each candidate ranges: deviation of frame levels."""
        return np.array(
            [
                np.log(np.exp(self.sounds[one].segments.astype(np.float32)).mean(axis=2)).std()
                for one in self.roster["candidate"]
            ]
        )


def read_field(roster: Path, folder: Path, store: Path) -> Field:
    """Return the candidates of a roster, and how they sound."""
    facts = read_candidates(roster)
    return Field(facts, sounds_of(facts["candidate"], folder, store))


def sounds_of(names: Iterable[str], folder: Path, store: Path) -> dict[str, Embedding]:
    """Return the spectrograms of candidates; what is missing in the store is made."""
    paths = {name: folder / f"{name}.flac" for name in names}
    (choice,) = choices_of(EmbeddingOptions())
    outcomes = embed_missing(pd.DataFrame({"path": list(paths.values())}), Work(store, (choice,)))
    recording = {outcome.path: outcome.recording for outcome in outcomes}
    kept, cache_key = EmbeddingStore(store), cache_key_of(choice)
    return {name: kept.read(cache_key, recording[path]) for name, path in paths.items()}


def wins_of(ranker: Ranker, bank: EmbeddingBank) -> np.ndarray:
    """Return the share of verdicts that each won against each, (n, n), by candidate."""
    tally = count_comparisons(
        count_votes(compare_windows(ranker, bank, Judging(antisymmetric=True)))
    )
    pair_counts = tally.pair_counts
    return np.divide(tally.wins, pair_counts, out=np.zeros_like(pair_counts), where=pair_counts > 0)


class Pooled:
    """Pairs within editions."""

    def __init__(self, edition: np.ndarray, score: np.ndarray, seed: int = 0) -> None:
        self.edition, self.score, self.seed = edition, score, seed
        self.within = edition[:, np.newaxis] == edition

    def better(self, score: np.ndarray) -> np.ndarray:
        """Return which pairs count: those of an edition whose first got further."""
        return (self.within & (score[:, np.newaxis] > score)).astype(float)

    def dealt(self) -> list[np.ndarray]:
        """Return results as they may have been dealt out within the editions."""
        rng = np.random.default_rng(self.seed)
        lots = []
        for _ in range(PERMUTATIONS):
            order = np.lexsort((rng.random(len(self.score)), self.edition))
            score = np.empty_like(self.score)
            score[np.argsort(self.edition, kind="stable")] = self.score[order]
            lots.append(score)
        return lots

    def accuracy(self, wins: np.ndarray) -> Estimate:
        """Return the share of pairs that the better won, with interval and p."""
        better = self.better(self.score)
        own = pair_share(wins * better, better, self.seed)
        chance = np.array([np.vdot(wins, self.better(s)) / better.sum() for s in self.dealt()])
        return Estimate(own.value, own.low, own.high, tail_p(own.value, chance), own.pairs)


def fitted(field: Field, edition: int) -> Ranker:
    """Return a ranker of the other editions."""
    bank, manifests = EmbeddingBank(list(field.coarse.items())), [field.without(edition)]
    head = train_head(TASKS[2], manifests, bank, SETTINGS).head
    return ProbeRanker(head, Record(TASKS[2].name, CacheKey("spectrogram"), head.config))


def judged(
    field: Field, ranker_of: Callable[[int], Ranker], sounds: Mapping[str, Embedding]
) -> np.ndarray:
    """Return the wins of all candidates, (n, n), each edition judged by a ranker."""
    edition = field.roster["edition"].to_numpy()
    wins = np.zeros((len(edition), len(edition)))
    for one in np.unique(edition):
        own = np.flatnonzero(edition == one)
        bank = EmbeddingBank([(name, sounds[name]) for name in field.of(int(one))])
        wins[np.ix_(own, own)] = wins_of(ranker_of(int(one)), bank)
    return wins


def main() -> None:
    """Judge every edition, and print accuracies beside controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roster", type=Path, required=True, help="roster.csv of all editions")
    parser.add_argument("--recordings", type=Path, required=True, help="a file for each candidate")
    parser.add_argument("--store", type=Path, default=Path("embeddings"))
    parser.add_argument("--longer", type=Path, help="longer recordings of an edition, judged too")
    parser.add_argument("--edition", type=int, help="which edition that is")
    given = parser.parse_args()
    field = read_field(given.roster, given.recordings, given.store)
    if given.longer:
        longer(field, given.edition, given.longer, given.store)
        return
    edition, score = (field.roster[name].to_numpy() for name in ("edition", "score"))
    pooled = Pooled(edition, score)
    shipped = load_ranker(None, None)
    _print_coin(pooled)
    length = field.roster["minutes"].to_numpy()
    _print("programme length", pooled, larger_wins(length))
    _print("spread of loudness", pooled, larger_wins(field.spread()))
    others = judged(field, partial(fitted, field), field.coarse)
    _print("fitted on the other editions", pooled, others)
    _print("the ranker that ships", pooled, judged(field, lambda _: shipped, field.sounds))


def longer(field: Field, edition: int, folder: Path, store: Path) -> None:
    """Print how an edition is ordered where more of it is heard than of those it learnt from."""
    own = replace(field, roster=field.roster[field.roster["edition"] == edition])
    sounds = sounds_of(own.roster["candidate"], folder, store)
    coarse = {name: resampled(one, POOL) for name, one in sounds.items()}
    pooled = Pooled(own.roster["edition"].to_numpy(), own.roster["score"].to_numpy())
    _print(
        "longer, fitted on the other editions",
        pooled,
        judged(own, lambda one: fitted(field, one), coarse),
    )
    shipped = load_ranker(None, None)
    _print("longer, the ranker that ships", pooled, judged(own, lambda _: shipped, sounds))


def _print(name: str, pooled: Pooled, wins: np.ndarray) -> None:
    own = pooled.accuracy(wins)
    better = pooled.better(pooled.score)
    right, tally = ((what * better).sum(axis=1) for what in (wins, np.ones_like(wins)))
    editions = [(one, pooled.edition == one) for one in np.unique(pooled.edition)]
    each = ", ".join(
        f"{one} {right[of_it].sum() / tally[of_it].sum():.3f}" for one, of_it in editions
    )
    said = f"{own.value:.3f} ({own.low:.2f}–{own.high:.2f}), p {own.p:.2f}, {own.pairs:.0f} pairs"
    print(f"{name}: {said}; {each}", flush=True)


def _print_coin(pooled: Pooled) -> None:
    """What judges without skill reach: each with an order of its own."""
    rng, better = np.random.default_rng(0), pooled.better(pooled.score)
    found = [
        np.vdot(larger_wins(rng.random(len(better))), better) / better.sum()
        for _ in range(PERMUTATIONS)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    print(f"95 % of judges without skill: {low:.2f}–{high:.2f}")


if __name__ == "__main__":
    main()
