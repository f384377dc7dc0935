"""Training works: planted skill is found, shuffled skill is not.

The planted pattern is plain: whoever knew it would order every pair right. So skill counts as found
where less than a tenth of the pairs are wrong, and where shuffled levels agree as well once in a
hundred times at most. It takes enough recordings: with a few dozen segments a head overfits.
"""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.special import softmax
from skill import all_pairs, loader, planted_bank
from sklearn.metrics import roc_auc_score

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import Embedding
from ranking.encoders import ENCODERS, spec_of
from ranking.evaluation.accuracy import accuracy_test
from ranking.network.head import Head, HeadConfig
from ranking.probe.loop import predict_logits
from ranking.probe.settings import TrainingRun, TrainingSettings
from ranking.probe.train import train_run
from ranking.tasks.by_pair import p_first
from ranking.tasks.expertise import EXPERTISE_TASKS

TRAIN, VALIDATION, TEST = np.arange(72), np.arange(72, 84), np.arange(84, 96)
LEVELS = np.arange(96) % 3
EVERY = np.array(list(permutations(TEST, 2)))  # ordered pairs, equals too
PAIRS = 216  # to train on, in both orders
SETTINGS = TrainingSettings(epochs=4, batch_size=24, windows_per_step=0, learning_rate=1e-2)
SMALLEST = 25  # frames or dimensions that two convolutions leave something of


def trained_head(
    bank: EmbeddingBank, levels: np.ndarray, classes: int, settings: TrainingSettings = SETTINGS
) -> Head:
    """A head trained on pairs of the first recordings."""
    segments, _ = bank.load_segments([0])
    config = HeadConfig(segments.shape[1], segments.shape[2], classes, inputs=2)
    train = all_pairs(levels, TRAIN, classes)
    chosen = np.random.default_rng(0).choice(np.unique(train.units), PAIRS, replace=False)
    train = train.subset(np.isin(train.units, chosen))
    validation = all_pairs(levels, VALIDATION, classes)
    task = EXPERTISE_TASKS[classes]
    return train_run(task, TrainingRun(config, settings, train, validation), loader(bank)).head


def logits_of_test_pairs(head: Head, bank: EmbeddingBank) -> np.ndarray:
    """Logits of every ordered pair of the test recordings."""
    return predict_logits(head.logits, loader(bank), EVERY)


def share_right(logits: np.ndarray, levels: np.ndarray) -> float:
    """Of the test pairs of unequal level, those whose better one is found."""
    gap = levels[EVERY[:, 0]] - levels[EVERY[:, 1]]
    first_wins = p_first(torch.from_numpy(logits)).numpy() > 0.5
    return float((first_wins == (gap > 0))[gap != 0].mean())


def p_value(logits: np.ndarray, levels: np.ndarray) -> float:
    """Two-sided p of the share right, levels permuted among the test recordings."""
    size = len(TEST)
    wins, first, second = np.zeros((size, size)), *(EVERY - TEST[0]).T
    first_wins = p_first(torch.from_numpy(logits)).numpy() > 0.5
    np.add.at(wins, (np.where(first_wins, first, second), np.where(first_wins, second, first)), 1)
    pair_counts = 2.0 * ~np.eye(size, dtype=bool)
    return accuracy_test(wins, pair_counts, levels[TEST].astype(float)).p


def assert_found(logits: np.ndarray) -> None:
    assert share_right(logits, LEVELS) > 0.9
    assert p_value(logits, LEVELS) < 0.01


def assert_gap_found(logits: np.ndarray) -> None:
    """The outer classes are likelier for a gap of two than of one, as in hardly any permutation."""
    outer = softmax(logits, axis=1)[:, [0, 3]].sum(axis=1)

    def auc(levels: np.ndarray) -> float:
        gap = np.abs(np.subtract(*levels[EVERY - TEST[0]].T))
        return float(roc_auc_score(gap[gap > 0] == 2, outer[gap > 0]))

    rng, own = np.random.default_rng(0), LEVELS[TEST]
    assert auc(own) > np.quantile([auc(rng.permutation(own)) for _ in range(200)], 0.99)


@pytest.mark.parametrize("classes", [2, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "encoder",
    [
        encoder if encoder == "spectrogram" else pytest.param(encoder, marks=pytest.mark.slow)
        for encoder in ENCODERS
    ],
)
def test_planted_skill_is_found_at_the_proportions_of_every_encoder(encoder, classes):
    spec = spec_of(encoder)
    sizes = (max(SMALLEST, size // 15) for size in (spec.frames, spec.dimension))
    bank = planted_bank(LEVELS, *sizes, step=1.0)
    logits = logits_of_test_pairs(trained_head(bank, LEVELS, classes), bank)
    assert_found(logits)
    if classes == 4:
        assert_gap_found(logits)


@pytest.mark.slow
def test_planted_skill_is_found_where_windows_are_convolved_once_for_all_their_pairs():
    """As by default: the others of these small heads take pairs one by one, which is faster."""
    bank = planted_bank(LEVELS, SMALLEST, SMALLEST, step=1.0)
    settings = replace(SETTINGS, windows_per_step=None)
    assert_found(logits_of_test_pairs(trained_head(bank, LEVELS, 2, settings), bank))


@pytest.mark.slow
def test_planted_skill_is_found_at_the_full_size_of_the_smallest_encoder():
    spec = spec_of("spectrogram")
    bank = planted_bank(LEVELS, spec.frames, spec.dimension, segments=(1, 1))
    assert_found(
        logits_of_test_pairs(trained_head(bank, LEVELS, 2, replace(SETTINGS, epochs=1)), bank)
    )


@pytest.mark.slow
def test_shuffled_skill_is_not_found():
    """With levels shuffled, the mean share right of four heads is chance, to three errors.

    The error of one is that of a strict order of the test recordings that knows nothing of their
    levels: no other wins are spread wider, so no other share is more uncertain.
    """
    bank, rng = planted_bank(LEVELS, SMALLEST, SMALLEST), np.random.default_rng(0)
    splits = (TRAIN, VALIDATION, TEST)
    shares = []
    for _ in range(4):
        shuffled = np.concatenate([rng.permutation(LEVELS[split]) for split in splits])
        shares.append(
            share_right(logits_of_test_pairs(trained_head(bank, shuffled, 2), bank), shuffled)
        )
    orders = (rng.permutation(len(LEVELS)) for _ in range(2000))
    sure = (np.where(order[EVERY[:, :1]] > order[EVERY[:, 1:]], [0, 9], [9, 0]) for order in orders)
    error = np.std([share_right(logits.astype(float), LEVELS) for logits in sure])
    assert abs(np.mean(shares) - 0.5) < 3 * error / np.sqrt(len(shares))


@pytest.fixture(scope="module")
def fitted():
    bank = planted_bank(LEVELS, SMALLEST, SMALLEST)
    head = trained_head(bank, LEVELS, 2, replace(SETTINGS, epochs=1))
    return head, bank, predict_logits(head.logits, loader(bank), EVERY)


def recordings(bank: EmbeddingBank) -> list[tuple[str, Embedding]]:
    return list(zip(bank.windows["candidate"], bank._embeddings, strict=True))


def test_logits_depend_on_the_windows_not_on_their_numbers_or_the_batch(fitted):
    head, bank, expected = fitted
    order = np.random.default_rng(0).permutation(len(LEVELS))
    turned = EmbeddingBank([recordings(bank)[number] for number in order])
    logits = predict_logits(head.logits, loader(turned), order.argsort()[EVERY], batch_size=7)
    np.testing.assert_allclose(logits, expected, atol=1e-5)


def test_what_sounds_after_the_other_has_ended_changes_no_logits(fitted):
    head, bank, expected = fitted
    own = recordings(bank)
    counts = np.array([len(embedding.seconds) for _, embedding in own])
    shortest = TEST[counts[TEST] == counts[TEST].min()]
    longer = EmbeddingBank(
        [
            (name, held if number in shortest else _prolonged(held))
            for number, (name, held) in enumerate(own)
        ]
    )
    with_short = np.isin(EVERY, shortest).any(axis=1)
    assert 0 < with_short.sum() < len(EVERY)
    logits = predict_logits(head.logits, loader(longer), EVERY)
    np.testing.assert_allclose(logits[with_short], expected[with_short], atol=1e-5)
    assert (np.abs(logits - expected)[~with_short] > 1e-3).all(axis=1).any()


def _prolonged(held: Embedding) -> Embedding:
    """The same, and its segments once more."""
    return Embedding(np.concatenate([held.segments] * 2), np.concatenate([held.seconds] * 2))
