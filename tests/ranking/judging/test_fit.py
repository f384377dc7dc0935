"""A ranker fitted on some candidates compares others better, if results depend on the playing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from flips import flips
from heads import fixed_head
from skill import planted_bank

from ranking.comparisons.tally import count_comparisons
from ranking.comparisons.votes import votes_to_comparisons
from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.embeddings.store import Embedding
from ranking.errors import TableError
from ranking.evaluation.accuracy import pair_accuracy
from ranking.judging import fit
from ranking.judging.compare import ResultCache, compare_windows
from ranking.judging.cross_fit import HALVES, held_out_votes, stratified_candidate_folds
from ranking.judging.fit import fit_ranker
from ranking.judging.probe_ranker import ProbeRanker
from ranking.network.head import HeadConfig, make_head
from ranking.probe.checkpoint import Record
from ranking.progress import Progress
from ranking.tasks.registry import find_task
from ranking.tasks.task import Loss

LEVELS = np.tile([0, 1, 2], 16)
CACHE_KEY = CacheKey("spectrogram")


@pytest.fixture(scope="module")
def bank():
    return planted_bank(LEVELS, 30, 60, segments=(6, 8))


@pytest.fixture(scope="module")
def score(bank):
    return pd.Series(LEVELS.astype(float), index=bank.windows["candidate"])


def ranker_of(outputs: int = 2) -> ProbeRanker:
    """A ranker with random weights."""
    config = HeadConfig(30, 60, outputs, inputs=2)
    head = make_head(config, seed=1)
    head.mean.fill_(3)
    return ProbeRanker(head, Record(f"expertise-{outputs}", CACHE_KEY, config))


def accuracy(bank, score: pd.Series, folds: int, ranker: ProbeRanker, seed: int = 0):
    """Accuracy of rankers on candidates that they were not fitted on."""
    fold = stratified_candidate_folds(score, folds, seed)

    def fit_on(candidates):
        fitted = fit_ranker(ranker, bank, score[candidates], seed=seed)
        return lambda others: compare_windows(fitted, bank, candidates=others)

    tally = count_comparisons(votes_to_comparisons(held_out_votes(fold, fit_on)))
    return pair_accuracy(tally, score[tally.candidates].to_numpy(), seed)


@pytest.mark.slow
@pytest.mark.parametrize(("folds", "outputs"), [(HALVES, 2), (3, 4)])
def test_skill_is_found_in_candidates_that_were_held_out(bank, score, folds, outputs):
    found = accuracy(bank, score, folds, ranker_of(outputs))
    assert found.value > 0.7
    assert found.p < 0.005


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_fit_on_shuffled_results_stays_within_the_null_band(bank, score, seed):
    shuffled = pd.Series(np.random.default_rng(seed).permutation(score), index=score.index)
    assert accuracy(bank, shuffled, HALVES, ranker_of(), seed).p > 0.005


def test_a_fit_starts_from_the_weights_of_the_ranker(bank, score):
    start = ranker_of()
    start = replace(start, record=replace(start.record, remark="its weights are random"))
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


class Recorder(Progress):
    """Records epochs; may stop at the first step of one."""

    def __init__(self, stop_at: int = 0) -> None:
        self.stop_at = f"epoch {stop_at} "
        self.details: list[str] = []
        self.remarks: list[str] = []

    def remark(self, sentence: str) -> None:
        self.remarks.append(sentence)

    def advance(self, steps: float = 1, detail: str = "") -> None:
        self.details += [detail] if detail else []
        if detail.startswith(self.stop_at):
            raise StopError


@pytest.mark.slow
def test_an_interrupted_fit_resumes_and_a_finished_one_is_cached(bank, score, tmp_path):
    whole = fit_ranker(ranker_of(), bank, score[:9]).sha256
    cache = ResultCache(tmp_path / "fits", {"r000": "her recording"})
    for epoch in (2, 4):
        with pytest.raises(StopError):
            fit_ranker(ranker_of(), bank, score[:9], cache=cache, progress=Recorder(epoch))
    recorder = Recorder()
    again = fit_ranker(ranker_of(), bank, score[:9], cache=cache, progress=recorder)
    assert again.sha256 == whole
    assert recorder.details[0].startswith("epoch 4 of 5")
    (folder,) = cache.folder.iterdir()
    assert {path.name for path in folder.iterdir()} == {"ranker.safetensors", "ranker.json"}
    recorder.details.clear()
    again = fit_ranker(ranker_of(), bank, score[:9], cache=cache, progress=recorder)
    assert again.sha256 == whole
    assert not recorder.details


@pytest.mark.slow
def test_a_fit_is_cached_by_all_that_it_depends_on(bank, score, tmp_path):
    cache = ResultCache(tmp_path, {"r000": "her recording"})
    start = ranker_of()
    start = replace(start, record=replace(start.record, remark="its weights are random"))
    for fits, changes in enumerate(
        [
            {},
            {"seed": 1},
            {"epochs": 2},
            {"score": score[:5]},
            {"score": 2 - score[:6]},
            {"cache": ResultCache(tmp_path, {"r000": "another recording"})},
            {"ranker": fit_ranker(start, bank, score[:3], epochs=1)},
            {"bank": planted_bank(LEVELS[:9], 30, 60)},
        ],
        start=1,
    ):
        asked = {"ranker": start, "bank": bank, "score": score[:6], "cache": cache, "epochs": 1}
        for _ in range(2):
            fit_ranker(**{**asked, **changes})
        assert len(list(tmp_path.iterdir())) == fits


def test_a_fit_under_another_loss_is_another(bank, score, tmp_path, monkeypatch):
    cache, start = ResultCache(tmp_path, {"r000": "her recording"}), ranker_of()
    plain = fit_ranker(start, bank, score[:6], epochs=1, cache=cache)
    assert "loss" not in plain.record.settings
    weights = Loss("cross_entropy", (("weights", (1.0, 9.0)),))
    monkeypatch.setattr(fit, "find_task", lambda name: replace(find_task(name), loss=weights))
    weighted = fit_ranker(start, bank, score[:6], epochs=1, cache=cache)
    assert weighted.sha256 != plain.sha256
    assert weighted.record.settings["loss"] == weights.on_disk
    assert len(list(tmp_path.iterdir())) == 2


def test_a_fit_is_cached_under_the_name_that_it_always_had(tmp_path):
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
    start = ProbeRanker(fixed_head(config), Record("expertise-2", CACHE_KEY, config))
    score = pd.Series({"ann": 1.0, "bob": 0.0, "cyd": 2.0})
    fit_ranker(start, bank, score, epochs=1, seed=3, cache=ResultCache(tmp_path, {"ann": "a"}))
    (folder,) = tmp_path.iterdir()
    assert folder.name == "d3383cea91f9813c045c0a786372439ce3e0cd498697e0a158df1215891cf1c9"


def test_equal_results_are_refused(bank, score):
    with pytest.raises(TableError, match="no two recordings of unequal level"):
        fit_ranker(ranker_of(), bank, score * 0)


@pytest.mark.parametrize("ending", [".json", ".safetensors"])
def test_a_damaged_ranker_of_the_cache_is_fitted_again(bank, score, tmp_path, ending):
    cache = ResultCache(tmp_path / "fits", {"r000": "her recording"})
    whole = fit_ranker(ranker_of(), bank, score[:6], epochs=1, cache=cache).sha256
    (file,) = cache.folder.glob(f"*/ranker{ending}")
    right = file.read_bytes()
    ((_, flipped),) = flips(right, 1)
    file.write_bytes(flipped)
    again = fit_ranker(
        ranker_of(), bank, score[:6], epochs=1, cache=cache, progress=(shown := Recorder())
    )
    assert again.sha256 == whole
    assert file.read_bytes() == right
    (remark,) = shown.remarks
    assert remark.endswith("; this ranker is fitted again")
