"""A ranker learns from some candidates what holds of others, if there is anything to learn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from heads import counted_head
from skill import planted_bank

from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import count_votes
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import CacheKey, Embedding
from ranking.errors import TableError
from ranking.evaluation.accuracy import pair_accuracy
from ranking.judging.compare import Kept, compare_windows
from ranking.judging.cross_fit import HALF, compare_unheard, split_candidates
from ranking.judging.fit_half import fit_ranker
from ranking.judging.probe_ranker import ProbeRanker
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Record
from ranking.progress import Progress

LEVELS = np.tile([0, 1, 2], 16)
MADE = CacheKey("spectrogram")


@pytest.fixture(scope="module")
def bank():
    return planted_bank(LEVELS, 30, 60, segments=(6, 8))


@pytest.fixture(scope="module")
def score(bank):
    return pd.Series(LEVELS.astype(float), index=bank.windows["candidate"])


def ranker_of(classes: int = 2) -> ProbeRanker:
    """One that has learnt nothing yet."""
    config = HeadConfig(30, 60, classes, sides=2)
    head = make_head(config, seed=1)
    head.mean.fill_(3)
    return ProbeRanker(head, Record(f"expertise-{classes}", MADE, config))


def accuracy(bank, score: pd.Series, parts: int, ranker: ProbeRanker, seed: int = 0):
    """Of rankers fitted on others, on those they never heard."""
    part = split_candidates(score, parts, seed)

    def fit_on(candidates):
        fitted = fit_ranker(ranker, bank, score[candidates], seed=seed)
        return lambda heard: compare_windows(fitted, bank, among=heard)

    tally = count_comparisons(count_votes(compare_unheard(part, fit_on)))
    return pair_accuracy(tally, score[tally.candidates].to_numpy(), seed)


@pytest.mark.slow
@pytest.mark.parametrize(("parts", "classes"), [(HALF, 2), (3, 4)])
def test_skill_that_is_there_is_found_in_candidates_never_heard(bank, score, parts, classes):
    found = accuracy(bank, score, parts, ranker_of(classes))
    assert found.value > 0.7
    assert found.p < 0.005


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_fitting_on_shuffled_results_stays_within_what_no_skill_gives(bank, score, seed):
    shuffled = pd.Series(np.random.default_rng(seed).permutation(score), index=score.index)
    assert accuracy(bank, shuffled, HALF, ranker_of(), seed).p > 0.005


def test_a_ranker_goes_on_from_what_it_knows(bank, score):
    start = ranker_of()
    start = replace(start, record=replace(start.record, remark="it has heard nobody"))
    fitted = fit_ranker(start, bank, score[:6], epochs=1)
    moved, drawn = (
        (fitted.head.output.weight - other.output.weight).abs().max()
        for other in (start.head, make_head(start.head.config, seed=0))
    )
    assert 0 < moved < 2 * 1.1e-3  # in two steps of Adam at a rate of 1e-3
    assert drawn > 1e-2
    assert fitted.head.mean.equal(start.head.mean)
    assert fitted.record.remark == ""
    assert not any(parameter.requires_grad for parameter in fitted.head.parameters())


class StopError(Exception):
    """The process ends here."""


class Told(Progress):
    """Takes note of epochs; may stop at the first step of one."""

    def __init__(self, stop_at: int = 0) -> None:
        self.stop_at = f"epoch {stop_at} "
        self.details: list[str] = []

    def advance(self, pieces: float = 1, detail: str = "") -> None:
        self.details += [detail] if detail else []
        if detail.startswith(self.stop_at):
            raise StopError


def test_an_interrupted_fit_goes_on_and_a_finished_one_is_kept(bank, score, tmp_path):
    whole = fit_ranker(ranker_of(), bank, score[:9]).digest
    kept = Kept(tmp_path / "fits", {"r000": "her recording"})
    for epoch in (2, 4):
        with pytest.raises(StopError):
            fit_ranker(ranker_of(), bank, score[:9], kept=kept, progress=Told(epoch))
    told = Told()
    again = fit_ranker(ranker_of(), bank, score[:9], kept=kept, progress=told)
    assert again.digest == whole
    assert told.details[0].startswith("epoch 4 of 5")
    (folder,) = kept.folder.iterdir()
    assert {path.name for path in folder.iterdir()} == {"ranker.safetensors", "ranker.json"}
    told.details.clear()
    again = fit_ranker(ranker_of(), bank, score[:9], kept=kept, progress=told)
    assert again.digest == whole
    assert not told.details


def test_a_fit_is_kept_for_what_it_was_fitted_from(bank, score, tmp_path):
    kept = Kept(tmp_path, {"r000": "her recording"})
    start = ranker_of()
    start = replace(start, record=replace(start.record, remark="it has heard nobody"))
    for fits, changes in enumerate(
        [
            {},
            {"seed": 1},
            {"epochs": 2},
            {"score": score[:5]},
            {"score": 2 - score[:6]},
            {"kept": Kept(tmp_path, {"r000": "another take"})},
            {"ranker": fit_ranker(start, bank, score[:3], epochs=1)},
            {"bank": planted_bank(LEVELS[:9], 30, 60)},
        ],
        start=1,
    ):
        asked = {"ranker": start, "bank": bank, "score": score[:6], "kept": kept, "epochs": 1}
        for _ in range(2):
            fit_ranker(**{**asked, **changes})
        assert len(list(tmp_path.iterdir())) == fits


def test_a_fit_is_kept_under_the_name_that_it_always_had(tmp_path):
    """Renaming a field or a column must not lose what people have on disk."""
    rng = np.random.default_rng(0)
    bank = EmbeddingBank(
        [
            (
                name,
                Embedding(
                    rng.standard_normal((count, 20, 30)).astype(np.float16), np.full(count, 10.0)
                ),
            )
            for name, count in {"ann": 46, "bob": 30, "cyd": 4}.items()
        ]
    )
    config = HeadConfig(20, 30, 2, 2, 30, (1, 3, 1), 5, 4, 2, 12, 3, 7, 0.25)
    start = ProbeRanker(counted_head(config), Record("expertise-2", MADE, config))
    score = pd.Series({"ann": 1.0, "bob": 0.0, "cyd": 2.0})
    fit_ranker(start, bank, score, epochs=1, seed=3, kept=Kept(tmp_path, {"ann": "a"}))
    (folder,) = tmp_path.iterdir()
    assert folder.name == "d3383cea91f9813c045c0a786372439ce3e0cd498697e0a158df1215891cf1c9"


def test_from_equals_there_is_nothing_to_learn(bank, score):
    with pytest.raises(TableError, match="no two recordings of unequal level"):
        fit_ranker(ranker_of(), bank, score * 0)
