"""Does a ranker trained on some editions of a competition order the candidates of another?

    python notebooks/recipes/competitions.py --roster roster.csv --recordings DIR

Conventions
-----------
The candidates of every edition are compared by a ranker that was trained on the other editions:
pairs within an edition, the better is who got further; a fifth of the candidates chooses the epoch.
Everyone has the same number of windows. Frames are a tenth of a second. Accuracy is over the pairs
of unequal result within editions, all editions together; the interval resamples candidates, and p
permutes results within the editions. A control takes the larger number for the better: below one
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

from icpc.workflows.embedding import embed_missing, encoder_choices
from icpc.workflows.settings import EmbeddingOptions
from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.choice import cache_key_with_weights_hash
from ranking.embeddings.store import Embedding, EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings
from ranking.evaluation.accuracy import larger_value_win_matrix
from ranking.evaluation.permutation import PERMUTATIONS, p_among
from ranking.evaluation.resampling import Estimate, bootstrap_pair_share
from ranking.judging.compare import Pairing, compare_windows
from ranking.judging.probe_ranker import ProbeRanker, load_own_or_shipped_ranker
from ranking.judging.ranker import Ranker
from ranking.probe.checkpoint import Record
from ranking.probe.search import SearchSettings, search_and_cross_validate
from ranking.probe.settings import TrainingSettings
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.manifest import Manifest

POOL = 15
SETTINGS = SearchSettings(TrainingSettings(epochs=6, windows_per_step=0, patience=3), max_pairs=300)


@dataclass(frozen=True)
class Editions:
    """Candidates of all editions, and their spectrograms."""

    roster: pd.DataFrame
    """``candidate``, ``edition``, ``score``, ``minutes``, in order of candidate."""
    spectrograms: Mapping[str, Embedding]

    @cached_property
    def coarse(self) -> dict[str, Embedding]:
        """The spectrograms in longer frames."""
        return {name: resampled(one, POOL) for name, one in self.spectrograms.items()}

    def candidates(self, edition: int) -> list[str]:
        """Return the candidates of an edition."""
        return list(self.roster.loc[self.roster["edition"] == edition, "candidate"])

    def without(self, edition: int) -> Manifest:
        """Return the manifest of the other editions."""
        table = without(self.roster, edition)
        return Manifest(f"without {edition}", table.assign(group=table["recording"]))

    def spread(self) -> np.ndarray:
        """Return the standard deviation of each candidate's frame levels."""
        return np.array(
            [
                np.log(
                    np.exp(self.spectrograms[one].segments[:].astype(np.float32)).mean(axis=2)
                ).std()
                for one in self.roster["candidate"]
            ]
        )


def read_editions(roster: Path, folder: Path, store: Path) -> Editions:
    """Return the candidates of a roster, and their spectrograms."""
    facts = read_candidates(roster)
    return Editions(facts, load_spectrograms(facts["candidate"], folder, store))


def load_spectrograms(names: Iterable[str], folder: Path, store: Path) -> dict[str, Embedding]:
    """Return the spectrograms of candidates; what is missing in the store is made."""
    paths = {name: folder / f"{name}.flac" for name in names}
    (choice,) = encoder_choices(EmbeddingOptions())
    outcomes = embed_missing(
        pd.DataFrame({"path": list(paths.values())}), EmbeddingSettings(store, (choice,))
    )
    recording = {outcome.path: outcome.recording for outcome in outcomes}
    kept, cache_key = EmbeddingStore(store), cache_key_with_weights_hash(choice)
    return {name: kept.load(cache_key, recording[path]) for name, path in paths.items()}


def wins_of(ranker: Ranker, bank: EmbeddingBank) -> np.ndarray:
    """Return the share of comparisons that each won against each, (n, n), by candidate."""
    tally = count_comparisons(
        votes_to_comparisons(compare_windows(ranker, bank, Pairing(antisymmetric=True)))
    )
    pair_counts = tally.pair_counts
    return np.divide(tally.wins, pair_counts, out=np.zeros_like(pair_counts), where=pair_counts > 0)


class PairsWithinEditions:
    """Pairs within editions, and how many of them wins order right."""

    def __init__(self, edition: np.ndarray, score: np.ndarray, seed: int = 0) -> None:
        self.edition, self.score, self.seed = edition, score, seed
        self.within = edition[:, np.newaxis] == edition

    def better(self, score: np.ndarray) -> np.ndarray:
        """Return which pairs count: those of an edition whose first got further."""
        return (self.within & (score[:, np.newaxis] > score)).astype(float)

    def permuted_scores(self) -> list[np.ndarray]:
        """Return scores permuted within the editions."""
        rng = np.random.default_rng(self.seed)
        permuted = []
        for _ in range(PERMUTATIONS):
            order = np.lexsort((rng.random(len(self.score)), self.edition))
            score = np.empty_like(self.score)
            score[np.argsort(self.edition, kind="stable")] = self.score[order]
            permuted.append(score)
        return permuted

    def accuracy(self, wins: np.ndarray) -> Estimate:
        """Return the share of pairs that the better won, with interval and p."""
        better = self.better(self.score)
        own = bootstrap_pair_share(wins * better, better, self.seed)
        null = np.array(
            [np.vdot(wins, self.better(s)) / better.sum() for s in self.permuted_scores()]
        )
        return Estimate(own.value, own.low, own.high, p_among(own.value, null).p, own.pairs)


def train_ranker(editions: Editions, edition: int) -> Ranker:
    """Return a ranker trained on the other editions."""
    bank, manifests = EmbeddingBank(list(editions.coarse.items())), [editions.without(edition)]
    task = EXPERTISE_TASKS[2]
    head = search_and_cross_validate(task, manifests, bank, SETTINGS).head
    return ProbeRanker(head, Record(task.name, CacheKey("spectrogram"), head.config))


def wins_within_editions(
    editions: Editions, ranker_of: Callable[[int], Ranker], spectrograms: Mapping[str, Embedding]
) -> np.ndarray:
    """Return the wins of all candidates, (n, n), each edition compared by its ranker."""
    edition = editions.roster["edition"].to_numpy()
    wins = np.zeros((len(edition), len(edition)))
    for one in np.unique(edition):
        own = np.flatnonzero(edition == one)
        bank = EmbeddingBank([(name, spectrograms[name]) for name in editions.candidates(int(one))])
        wins[np.ix_(own, own)] = wins_of(ranker_of(int(one)), bank)
    return wins


def main() -> None:
    """Compare the candidates of every edition, and print accuracies beside controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roster", type=Path, required=True, help="roster.csv of all editions")
    parser.add_argument("--recordings", type=Path, required=True, help="a file for each candidate")
    parser.add_argument("--store", type=Path, default=Path("embeddings"))
    parser.add_argument("--longer", type=Path, help="longer recordings of an edition")
    parser.add_argument("--edition", type=int, help="which edition that is")
    given = parser.parse_args()
    editions = read_editions(given.roster, given.recordings, given.store)
    if given.longer:
        longer(editions, given.edition, given.longer, given.store)
        return
    edition, score = (editions.roster[name].to_numpy() for name in ("edition", "score"))
    pairs = PairsWithinEditions(edition, score)
    shipped = load_own_or_shipped_ranker(None, None)
    _print_random_judges(pairs)
    length = editions.roster["minutes"].to_numpy()
    _print("programme length", pairs, larger_value_win_matrix(length))
    _print("spread of loudness", pairs, larger_value_win_matrix(editions.spread()))
    trained = wins_within_editions(editions, partial(train_ranker, editions), editions.coarse)
    _print("trained on the other editions", pairs, trained)
    ready = wins_within_editions(editions, lambda _: shipped, editions.spectrograms)
    _print("the ranker that ships", pairs, ready)


def longer(editions: Editions, edition: int, folder: Path, store: Path) -> None:
    """Print how an edition is ordered by longer recordings than the rankers were trained on."""
    own = replace(editions, roster=editions.roster[editions.roster["edition"] == edition])
    spectrograms = load_spectrograms(own.roster["candidate"], folder, store)
    coarse = {name: resampled(one, POOL) for name, one in spectrograms.items()}
    pairs = PairsWithinEditions(own.roster["edition"].to_numpy(), own.roster["score"].to_numpy())
    trained = wins_within_editions(own, partial(train_ranker, editions), coarse)
    _print("longer, trained on the other editions", pairs, trained)
    shipped = load_own_or_shipped_ranker(None, None)
    ready = wins_within_editions(own, lambda _: shipped, spectrograms)
    _print("longer, the ranker that ships", pairs, ready)


def _print(name: str, pairs: PairsWithinEditions, wins: np.ndarray) -> None:
    own = pairs.accuracy(wins)
    better = pairs.better(pairs.score)
    right, tally = ((what * better).sum(axis=1) for what in (wins, np.ones_like(wins)))
    editions = [(one, pairs.edition == one) for one in np.unique(pairs.edition)]
    each = ", ".join(
        f"{one} {right[of_it].sum() / tally[of_it].sum():.3f}" for one, of_it in editions
    )
    total = f"{own.value:.3f} ({own.low:.2f}–{own.high:.2f}), p {own.p:.2f}, {own.pairs:.0f} pairs"
    print(f"{name}: {total}; {each}", flush=True)


def _print_random_judges(pairs: PairsWithinEditions) -> None:
    """What random judges given the same pairs reach: each has an order of its own."""
    rng, better = np.random.default_rng(0), pairs.better(pairs.score)
    found = [
        np.vdot(larger_value_win_matrix(rng.random(len(better))), better) / better.sum()
        for _ in range(PERMUTATIONS)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    print(f"95 % of random judges given the same pairs: {low:.2f}–{high:.2f}")


if __name__ == "__main__":
    main()
