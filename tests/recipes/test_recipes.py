"""What the recipes split, pool and write."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from competitions import PairsWithinEditions
from manifests import beginners, convincing, roster_of, without
from perceived import DEADPAN, HALVES, MOVEMENTS, RATING, control, pairs_of, quarters, right
from resolution import resampled

from icpc.competition.roster import read_roster
from ranking.embeddings.store import Embedding
from ranking.evaluation.accuracy import control_accuracy, larger_value_win_matrix
from ranking.files.table_writer import to_csv
from ranking.tasks.expertise import COLUMNS
from ranking.tasks.manifest import read_manifest
from ranking.tasks.pairs import labelled_pairs
from ranking.tasks.splits import folds_then_final_manifests

PLAYERS = {
    **{movement: [*itertools.chain(*HALVES), DEADPAN[0]] for movement in MOVEMENTS},
    "Schubert_D935_no.3": ["1", "13", "2", "3", "6"],
    "Beethoven_WoO80": ["11", "14", "2", "7", *DEADPAN],
}


@pytest.fixture(scope="module")
def passages():
    """Three passages of each work, each pianist's rating at random."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "segment": f"{work}-{bars}-{player}",
            "work": work,
            "piece": work,
            "bars": bars,
            "seg": 1,
            "player": player,
            "deadpan": int(player in DEADPAN),
            RATING: rng.integers(10, 70) / 10,
        }
        for work, players in PLAYERS.items()
        for bars in range(3)
        for player in players
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def candidates():
    rng = np.random.default_rng(1)
    edition = np.repeat([2004, 2006, 2008], [20, 30, 11])
    return pd.DataFrame(
        {
            "candidate": [f"c{number:02}" for number in range(len(edition))],
            "edition": edition,
            "score": rng.integers(0, 3, len(edition)),
            "reached": "R1",
        }
    )


def test_a_pair_is_two_in_one_passage_far_enough_apart(passages):
    pairs = pairs_of(passages, 0.5)
    facts = passages.set_index("segment")
    a, b = (facts.loc[pairs[place]].reset_index() for place in ("first", "second"))
    assert a[["piece", "bars"]].equals(b[["piece", "bars"]])
    assert np.allclose(a[RATING] - b[RATING], pairs["gap"])
    wanted = sum(
        abs(x - y) >= 0.5 - 1e-9
        for _, own in passages.groupby(["piece", "bars"])
        for x, y in itertools.combinations(own[RATING], 2)
    )
    assert len(pairs) == wanted


def test_pianist_and_work_are_new_in_the_test(passages):
    pairs = pairs_of(passages, 0.2)
    tested = []
    for split in quarters(pairs):
        players, works = (
            {name: set(pairs.loc[split == name, columns].to_numpy().ravel()) for name in set(split)}
            for columns in (["player", "other"], ["work"])
        )
        assert not players["test"] & (players["train"] | players["val"])
        assert not works["test"] & (works["train"] | works["val"])
        assert not players["train"] & players["val"] - set(DEADPAN)
        tested += list(pairs.index[split == "test"])
    assert len(tested) == len(set(tested))


def test_a_control_is_turned_the_way_that_train_has_it():
    value = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0})
    train = pd.DataFrame({"first": ["a", "b"], "second": ["b", "c"], "gap": [1.0, 1.0]})
    test = pd.DataFrame({"first": ["c", "a"], "second": ["a", "b"], "gap": [-1.0, -1.0]})
    assert control(value, train, test).tolist() == [1, 0]
    assert right(np.array([0.2, -0.1, 0.0]), np.array([1, 1, -2])).tolist() == [1, 0, 0.5]


@pytest.mark.parametrize(("pool", "seconds"), [(1, 10), (7, 10), (4, 5), (3, 2)])
def test_frames_are_averaged_and_segments_cut(pool, seconds):
    rng = np.random.default_rng(0)
    segments = rng.standard_normal((3, 30, 4)).astype(np.float32)
    found = resampled(Embedding(segments, np.array([10.0, 10.0, 4.5])), pool, seconds)
    length = 30 * seconds // 10
    cut = [one[start : start + length] for one in segments for start in range(0, 30, length)]
    kept = cut[: len(found.segments)]
    for one, own in zip(found.segments, kept, strict=True):
        means = [own[at : at + pool].mean(axis=0) for at in range(0, length - pool + 1, pool)]
        np.testing.assert_allclose(one, means, atol=1e-6)
    assert found.seconds.sum() == pytest.approx(24.5)
    assert found.seconds.min() > 0
    assert found.seconds.max() <= seconds


def test_of_one_edition_the_pooled_accuracy_is_that_of_the_check():
    rng = np.random.default_rng(2)
    score = rng.integers(0, 4, 30).astype(float)
    key = score + rng.normal(0, 3, 30)
    found = PairsWithinEditions(np.full(30, 2004), score).accuracy(larger_value_win_matrix(key))
    wanted = control_accuracy(key, score)
    assert (found.value, found.low, found.high) == pytest.approx(
        (wanted.value, wanted.low, wanted.high)
    )
    assert found.p == pytest.approx(wanted.p, abs=0.03)


def test_results_are_permuted_within_editions(candidates):
    edition, score = candidates["edition"].to_numpy(), candidates["score"].to_numpy()
    permuted = PairsWithinEditions(edition, score).permuted_scores()
    assert any((scores != score).any() for scores in permuted)
    for scores, one in itertools.product(permuted[:20], np.unique(edition)):
        assert sorted(scores[edition == one]) == sorted(score[edition == one])


def test_a_control_takes_the_larger_for_the_better(candidates):
    edition, score = candidates["edition"].to_numpy(), candidates["score"].to_numpy()
    pairs = PairsWithinEditions(edition, score)
    assert pairs.accuracy(larger_value_win_matrix(score)).value == 1
    assert pairs.accuracy(larger_value_win_matrix(-score)).value == 0


def written(table: pd.DataFrame, path: Path) -> Path:
    path.write_text(to_csv(table), encoding="utf-8")
    return path


def test_the_edition_left_out_is_not_trained_on(candidates, tmp_path):
    manifest = read_manifest(written(without(candidates, 2006), tmp_path / "m.csv"), COLUMNS)
    roster = read_roster(written(roster_of(candidates, 2006), tmp_path / "r.csv"), ("R1", "R2"))
    trained_on = set(manifest.recordings["recording"])
    assert trained_on | set(roster["candidate"]) == set(candidates["candidate"])
    assert not trained_on & set(roster["candidate"])
    edition = candidates.set_index("candidate")["edition"]
    pairs = labelled_pairs(manifest)
    assert (pairs["first"].map(edition) == pairs["second"].map(edition)).all()
    share = (manifest.recordings["split"] == "val").mean()
    assert share == pytest.approx(0.2, abs=0.05)


def test_the_manifests_of_pairs_and_beginners_can_be_read(passages, candidates, tmp_path):
    for table in convincing(passages):
        manifest = read_manifest(written(table, tmp_path / "pairs.csv"), COLUMNS, takes_pairs=True)
        assert set(manifest.recordings["split"]) == {"train", "val", "test"}
    amateurs = pd.DataFrame({"midi": [f"song-{n}.mid" for n in range(9)], "player": [1, 2, 3] * 3})
    manifest = read_manifest(
        written(beginners(amateurs, candidates), tmp_path / "levels.csv"), COLUMNS
    )
    assert sorted(set(manifest.recordings["level"])) == [0, 1, 2]
    for fold in folds_then_final_manifests(manifest, 3, seed=0):
        assert fold.recordings.groupby("group")["split"].nunique().max() == 1
