"""Same passage, two pianists: does a ranker put the one first whom listeners found more convincing?

    python notebooks/recipes/perceived.py --passages passages.csv --recordings DIR
    python notebooks/recipes/perceived.py --passages passages.csv --recordings DIR --test baseline

Conventions
-----------
A pair is two pianists in one passage whose mean ratings lie at least 0.5 apart; renditions without
expression are left out. Four times a quarter is test: one movement of Schubert's D 960 as half of
its pianists play it. Train is the other movement as the other half play it, and D 935 without
pianists of the test; val is Beethoven's WoO 80 by pianists of neither. So pianist and work are new
in the test. A comparison is antisymmetric, p(a, b) + 1 - p(b, a), with the mean of three heads.
Every *plan* is one idea beside the baseline. They are compared on val; ``--test`` evaluates one of
them on test, with an interval that resamples pianists and passages, and beside it two controls:
slower or louder playing, whichever way round train has it.
"""

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from clusters import clustered_share
from resolution import resampled

from icpc.workflows.embedding import embed_missing, encoder_choices
from icpc.workflows.settings import EmbeddingOptions
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.choice import cache_key_with_weights_hash
from ranking.embeddings.store import Embedding, EmbeddingStore
from ranking.embeddings.workers import EmbeddingSettings
from ranking.evaluation.resampling import Estimate
from ranking.judging.probe_ranker import load_own_or_shipped_ranker
from ranking.network.head import Head, HeadConfig
from ranking.probe.batches import load_segments_and_mask
from ranking.probe.loop import predict_logits
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_runs
from ranking.tasks.by_pair import p_first
from ranking.tasks.expertise import EXPERTISE_TASKS
from ranking.tasks.pair_examples import pair_examples_in_both_orders
from ranking.tasks.task import Examples

RATING = "Interpretation_Unsatisfactory_Convincing"
MIN_GAP = 0.5
HALVES = (("0", "2", "7", "10"), ("3", "5", "6", "12"))
MOVEMENTS = ("Schubert_D960_mv2", "Schubert_D960_mv3")
DEADPAN = ("Score", "Score2")
HEADS = 3


@dataclass(frozen=True)
class Plan:
    """How to train."""

    front_end: tuple[str, ...] = ()
    """Options of the front end, each NAME=VALUE."""
    seconds: int = 10
    """Length of a segment."""
    pool: int = 1
    """Frames that are averaged into one."""
    min_gap: float = MIN_GAP
    """Least difference in rating of the pairs to train on."""
    deadpan: bool = False
    """Whether to train on renditions without expression too."""
    channels: tuple[int, ...] = (1, 2, 1)
    dropout: float = 0.1
    learning_rate: float = 1e-3
    """Peak learning rate."""
    shipped: bool = False
    """Whether to start from the ranker that ships."""
    epochs: int = 12
    """Epochs of training; 0: the ranker that ships, as it is."""


BASELINE = Plan()
COARSE = replace(BASELINE, pool=15)
PLANS = {
    "baseline": BASELINE,
    "ten frames a second": COARSE,
    "thirty frames a second": replace(BASELINE, pool=5),
    "with deadpan, learning rate 3e-3": replace(COARSE, deadpan=True, learning_rate=3e-3),
    "gaps from 0.2": replace(COARSE, min_gap=0.2),
    "with deadpan": replace(COARSE, deadpan=True),
    "dropout 0.3": replace(COARSE, dropout=0.3),
    "learning rate 3e-3": replace(COARSE, learning_rate=3e-3),
    "more channels": replace(COARSE, channels=(1, 16, 8)),
    "5-second segments": replace(COARSE, seconds=5),
    "power without log": replace(COARSE, front_end=("log=no",)),
    "the shipped ranker": replace(BASELINE, shipped=True, epochs=0),
    "fine-tuning the shipped ranker": replace(
        BASELINE, shipped=True, deadpan=True, learning_rate=3e-4, epochs=5
    ),
}


def pairs_of(passages: pd.DataFrame, min_gap: float) -> pd.DataFrame:
    """Return pairs of pianists in a passage: ``first``, ``second``, ``gap``, passage and pianists.

    Parameters
    ----------
    passages : table of the data set, ``player`` as text
    """
    rows = []
    for passage, own in passages.groupby(["piece", "bars", "seg"]):
        for a, b in itertools.combinations(own.to_dict("records"), 2):
            gap = round(a[RATING] - b[RATING], 9)
            if a["player"] != b["player"] and abs(gap) >= min_gap:
                players = (a["player"], b["player"])
                deadpan = bool(a["deadpan"] or b["deadpan"])
                names = (a["segment"], b["segment"])
                rows.append((*names, gap, str(passage), a["work"], *players, deadpan))
    columns = ["first", "second", "gap", "passage", "work", "player", "other", "deadpan"]
    return pd.DataFrame(rows, columns=columns)


def quarters(pairs: pd.DataFrame) -> list[pd.Series]:
    """Return the split of each pair, train, val, test or none, in each quarter."""
    players = pairs[["player", "other"]]
    schubert = set(itertools.chain(*HALVES))
    deadpan = players.isin(DEADPAN)
    found = []
    for test, half in itertools.product(MOVEMENTS, (0, 1)):
        (train,) = set(MOVEMENTS) - {test}
        own, others = players.isin(HALVES[half]), players.isin(HALVES[1 - half]) | deadpan
        split = pd.Series("", index=pairs.index)
        split[(pairs["work"] == test) & own.all(axis=1)] = "test"
        split[(pairs["work"] == train) & others.all(axis=1)] = "train"
        split[(pairs["work"] == "Schubert_D935_no.3") & ~own.any(axis=1)] = "train"
        of_neither = ~players.isin(schubert).any(axis=1)
        split[(pairs["work"] == "Beethoven_WoO80") & of_neither] = "val"
        found.append(split)
    return found


class Sounds:
    """Embeddings of the recordings that pairs name."""

    def __init__(self, folder: Path, store: Path, names: Sequence[str]) -> None:
        self.paths = pd.DataFrame(
            {"candidate": names, "path": [folder / f"{name}.flac" for name in names]}
        )
        self.store = store

    def embeddings(
        self, encoder: str, front_end: Sequence[str] = ()
    ) -> list[tuple[str, Embedding]]:
        """Return them by name; those that are not in the store are made."""
        (choice,) = encoder_choices(EmbeddingOptions((encoder,), front_end=tuple(front_end)))
        outcomes = embed_missing(self.paths, EmbeddingSettings(self.store, (choice,)))
        sound = {outcome.path: outcome.recording for outcome in outcomes}
        store, cache_key = EmbeddingStore(self.store), cache_key_with_weights_hash(choice)
        return [
            (row.candidate, store.load(cache_key, sound[row.path]))
            for row in self.paths.itertuples()
        ]

    def bank(self, encoder: str, plan: Plan) -> EmbeddingBank:
        """Return their bank, in the resolution of a plan."""
        own = self.embeddings(encoder, plan.front_end)
        return EmbeddingBank([(name, resampled(one, plan.pool, plan.seconds)) for name, one in own])

    def loudness(self) -> dict[str, float]:
        """Return the level of each recording: log of the mean power of its spectrogram."""
        return {
            name: float(np.log(np.exp(one.segments[:].astype(np.float32)).mean(axis=(1, 2)).mean()))
            for name, one in self.embeddings("spectrogram")
        }


def predictions(
    plan: Plan, bank: EmbeddingBank, train: pd.DataFrame, others: dict[str, pd.DataFrame]
) -> dict[str, np.ndarray]:
    """Return for pairs of val, and maybe test, the probability that the first is the better."""
    examples = {
        name: pair_examples_in_both_orders(own, bank.windows, 2) for name, own in others.items()
    }
    if not plan.epochs:
        heads = [load_own_or_shipped_ranker(None, None).head]
    else:
        heads = train_heads(
            plan, bank, pair_examples_in_both_orders(train, bank.windows, 2), examples["val"]
        )
    return {
        name: np.mean(
            [
                _antisymmetric(
                    predict_logits(head.logits, partial(load_segments_and_mask, bank), own.windows)
                )
                for head in heads
            ],
            axis=0,
        )
        for name, own in examples.items()
    }


def train_heads(plan: Plan, bank: EmbeddingBank, train: Examples, val: Examples) -> list[Head]:
    """Return heads that differ in their seeds; one, where all start from the same weights."""
    frames, dimension = bank.load_windows([0])[0].shape[2:]
    config = HeadConfig(
        frames, dimension, outputs=2, inputs=2, channels=plan.channels, dropout=plan.dropout
    )
    settings = TrainingSettings(
        epochs=plan.epochs,
        batch_size=16,
        windows_per_step=0,
        learning_rate=plan.learning_rate,
        patience=5,
        shuffle_seed=0,
    )
    runs = [TrainingRun(config, replace(settings, seed=seed), train, val) for seed in range(HEADS)]
    if plan.shipped:
        start = load_own_or_shipped_ranker(None, None).head
        few_windows = replace(settings, windows_per_step=4)
        runs = [TrainingRun(start.config, few_windows, train, val, initial_head=start)]
    found = train_runs(EXPERTISE_TASKS[2], runs, partial(load_segments_and_mask, bank))
    return [one.head for one in found]


def _antisymmetric(logits: np.ndarray) -> np.ndarray:
    """Both orders of each pair in one; all of the first order stand first."""
    p = p_first(torch.from_numpy(logits)).numpy()
    return (p[: len(p) // 2] + 1 - p[len(p) // 2 :]) / 2


def right(difference: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Return 1 where a difference has the sign of the gap, 0 where not, a half where it is 0."""
    return (np.sign(difference) * np.sign(gap) + 1) / 2


def control(value: pd.Series, train: pd.DataFrame, test: pd.DataFrame) -> np.ndarray:
    """Return which test pairs the larger or the smaller value orders right, as train has it."""
    ahead = [
        value[own["first"]].to_numpy() - value[own["second"]].to_numpy() for own in (train, test)
    ]
    direction = np.sign((right(ahead[0], train["gap"].to_numpy()) - 0.5).sum()) or 1.0
    return right(direction * ahead[1], test["gap"].to_numpy())


def share(found: np.ndarray, pairs: pd.DataFrame) -> Estimate:
    """Return the share of right ones, with an interval clustered by pianist and passage."""
    kinds = [[pairs["player"].to_numpy(), pairs["other"].to_numpy()], [pairs["passage"].to_numpy()]]
    return clustered_share(found, kinds)


def main() -> None:
    """Compare plans on val; with ``--test`` evaluate one on test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=Path, required=True, help="passages.csv")
    parser.add_argument("--recordings", type=Path, required=True, help="the rendered passages")
    parser.add_argument("--store", type=Path, default=Path("embeddings"))
    parser.add_argument("--encoder", default="spectrogram")
    parser.add_argument("--plan", action="append", choices=PLANS, help="only these")
    parser.add_argument("--test", choices=PLANS, help="evaluate this plan on test")
    given = parser.parse_args()
    passages = pd.read_csv(given.passages, dtype={"player": str})
    every = pairs_of(passages, min(plan.min_gap for plan in PLANS.values()))
    splits = quarters(every)
    used = every[pd.concat(splits, axis=1).ne("").any(axis=1)]
    sounds = Sounds(given.recordings, given.store, sorted({*used["first"], *used["second"]}))
    apart = (every["gap"].abs() >= MIN_GAP) & ~every["deadpan"]
    names = [given.test] if given.test else given.plan or list(PLANS)
    for name in names:
        plan, found, compared = PLANS[name], [], []
        bank = sounds.bank(given.encoder, plan)
        for split in splits:
            chosen = (every["gap"].abs() >= plan.min_gap) & (plan.deadpan | ~every["deadpan"])
            train = every[(split == "train") & chosen]
            names_of_splits = ("val", "test") if given.test else ("val",)
            others = {one: every[(split == one) & apart] for one in names_of_splits}
            p = predictions(plan, bank, train, others)
            last = names_of_splits[-1]
            found.append(right(p[last] - 0.5, others[last]["gap"].to_numpy()))
            compared.append((every[(split == "train") & apart], others[last]))
        _print(f"{given.encoder}, {name}", found, [one for _, one in compared])
    if given.test:
        seconds = passages.set_index("segment")["seconds"]
        for name, value in (("tempo", seconds), ("loudness", pd.Series(sounds.loudness()))):
            controls = [control(value, *own) for own in compared]
            _print(name, controls, [one for _, one in compared])


def _print(name: str, found: Sequence[np.ndarray], pairs: Sequence[pd.DataFrame]) -> None:
    own = share(np.concatenate(found), pd.concat(pairs))
    each = ", ".join(f"{one.mean():.3f} of {len(one)}" for one in found)
    total = f"{own.value:.3f} ({own.low:.2f}–{own.high:.2f}) of {own.pairs:.0f}"
    print(f"{name}: {total}; {each}", flush=True)


if __name__ == "__main__":
    main()
