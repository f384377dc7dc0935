"""A page with pseudonyms says nowhere who played or judged; the key does, and lies elsewhere."""

import gzip
import itertools
import re
from base64 import b64decode
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cup import judge

from icpc.competition.competitions import Competition
from icpc.competition.roster import roster_of
from icpc.page.pseudonyms import KEY, with_pseudonyms
from icpc.study.comparisons import Comparisons
from icpc.study.settings import Settings
from icpc.study.study import run_study
from ranking.evaluation.permuted_outcomes import PermutedOutcomes

NAMES = ("Ilsabeth Quorndon", "Wenzel Ufthoven", "Zyta Brzk", "Ödön Hjelmqvist")
IDS = ("quorn-1", "uft-2", "brzk-3", "hjelm-4")
JURORS = ("Dame Xanthippe", "Herr Vogelsang", "Pan Jaksztas")
COUNTRY, PRIZE, SCENE = "QZX", "Grand Prix Mnemosyne", "matinee-klondike"
WORDS = {
    word.lower()
    for text in (*NAMES, *IDS, *JURORS, COUNTRY, PRIZE, SCENE, "klondike.flac", "secret-roster")
    for word in (text, *re.findall(r"\w{4,}", text))
} - {"dame", "herr", "grand", "prix", "flac", "roster", "secret"}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A roster, marks and comparisons full of names."""
    monkeypatch.chdir(tmp_path)
    rows = [
        f"{one},{name},{COUNTRY},{'final' if at < 2 else 'first'},{one}-klondike.flac,{at},{PRIZE}"
        for at, (one, name) in enumerate(zip(IDS, NAMES, strict=True))
    ]
    head = "candidate,name,country,reached,recording,appearance,place\n"
    Path("secret-roster.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
    marks = [
        f"{juror},{one},{20 - at + 2 * (at == number)}"
        for number, juror in enumerate(JURORS)
        for at, one in enumerate(IDS)
    ]
    Path("marks.csv").write_text("juror,candidate,mark\n" + "\n".join(marks) + "\n", "utf-8")
    pairs = [
        f"{one},{other},{one},{juror},{SCENE}"
        for juror in JURORS
        for one, other in itertools.combinations(IDS, 2)
    ]
    head = "first,second,winner,juror,session\n"
    Path("comparisons.csv").write_text(head + "\n".join(pairs) + "\n", "utf-8")
    return ("--roster", "secret-roster.csv", "--rounds", "first,final")


def texts(folder: Path) -> dict[str, str]:
    """All that files of a folder say, packed tables in pages unpacked, in small letters."""
    found = {}
    for path in folder.rglob("*"):
        text = path.read_bytes().decode("utf-8", errors="replace")
        packed = re.findall(r"H4sI[A-Za-z0-9+/=]+", text)
        text += "".join(gzip.decompress(b64decode(one)).decode() for one in packed)
        found[f"{path.name} {len(packed)}"] = text.lower()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("source", ["--panel=marks.csv", "--comparisons=comparisons.csv"])
def test_no_file_of_the_page_names_anybody(files, source):
    done = judge("report", *files, source, "--pseudonyms", "key.csv", "--out", "shown", "--plot")
    assert done.exit_code == 0, done.stderr
    written = texts(Path("shown"))
    assert any(name.startswith("report.html ") and not name.endswith(" 0") for name in written)
    assert any(name.endswith(".svg 0") for name in written)
    named = {(name, word) for name, text in written.items() for word in WORDS if word in text}
    assert named == set()
    key = pd.read_csv("key.csv")
    assert tuple(key.columns) == KEY
    assert set(key["name"]) == {*NAMES, *JURORS}
    assert judge("report", "--run", "shown").exit_code == 0
    with_names = judge("report", *files, source, "--out", "named")
    assert with_names.exit_code == 0
    assert {word for text in texts(Path("named")).values() for word in WORDS if word in text}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--pseudonyms", "key.csv"), "beside the names; name a folder with --out"),
        (("--pseudonyms", "shown/key.csv", "--out", "shown"), "would get the names too"),
        (("--pseudonyms", "comparisons.csv", "--out", "shown"), "another file is there"),
    ],
)
def test_names_and_pseudonyms_are_kept_apart(files, words, why):
    before = Path("comparisons.csv").read_bytes()
    done = judge("report", *files, "--comparisons", "comparisons.csv", *words)
    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())
    assert not Path("shown").exists()
    assert Path("comparisons.csv").read_bytes() == before


def competition_and_comparisons():
    rng = np.random.default_rng(0)
    ids = [f"c{number}" for number in range(12)]
    rows = [
        (one, other, one if rng.random() < 0.7 else other, 1, 1)
        for one, other in itertools.permutations(ids, 2)
    ]
    table = pd.DataFrame(rows, columns=["first", "second", "winner", "votes", "windows"])
    roster = roster_of(ids).assign(score=np.arange(12.0) % 3)
    return Competition("cup", "Cup", ("first",), roster, Path("cup.csv")), Comparisons(table, "132")


def test_the_ranking_is_the_same_but_for_the_names():
    competition, comparisons = competition_and_comparisons()
    study = run_study(competition, comparisons, Settings(), with_intervals=False)
    shown, renamed, key = with_pseudonyms(competition, comparisons, 3)
    other = run_study(shown, renamed, Settings(), with_intervals=False)
    ids = {own.id: own.pseudonym.replace("Candidate ", "candidate-") for own in key.itertuples()}
    before = study.ranking.assign(candidate=study.ranking["candidate"].map(ids))
    columns = ["candidate", "rank", "wins", "strength"]
    before, after = (
        table.sort_values("candidate")[columns].reset_index(drop=True)
        for table in (before, other.ranking)
    )
    pd.testing.assert_frame_equal(before, after, check_exact=False, rtol=1e-9)
    scores = competition.score.rename(index=ids).sort_index()
    pd.testing.assert_series_equal(shown.score.sort_index(), scores, check_names=False)


def test_equal_seeds_draw_equal_pseudonyms_and_others_other_ones():
    one, again, other = (
        with_pseudonyms(*competition_and_comparisons(), seed)[2] for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, again)
    assert (one["pseudonym"] != other["pseudonym"]).any()
    assert (one["pseudonym"].str.removeprefix("Candidate ").astype(int).diff().dropna() != 1).any()


def test_permuted_outcomes_follow_their_candidates():
    competition, comparisons = competition_and_comparisons()
    outcomes = np.arange(2 * 144).reshape(2, 12, 12) % 3
    ids = pd.Index(sorted(competition.roster["candidate"]))
    comparisons = Comparisons(
        comparisons.table, "132", permuted=PermutedOutcomes(ids, outcomes.astype(np.int8))
    )
    _, renamed, key = with_pseudonyms(competition, comparisons, 0)
    new = key.set_index("id")["pseudonym"].str.replace("Candidate ", "candidate-")
    found = renamed.permuted
    assert found.candidates.is_monotonic_increasing
    at = found.candidates.get_indexer(new.loc[ids])
    np.testing.assert_array_equal(found.outcomes[:, at][:, :, at], outcomes)
