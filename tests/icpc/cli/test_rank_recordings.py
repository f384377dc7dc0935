"""``judge rank --recordings`` as a user meets it: from sound files to a ranking."""

import io
import json
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from heads import lively_head
from outside import FOLDER, needs_recordings
from product import offer_product
from sounds import write_sound
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.output import TerminalProgress
from icpc.cli.rank import _remark_on_many
from icpc.experiments import paper_table
from icpc.experiments.our_rows import our_competition_rows
from icpc.experiments.results import read_results
from icpc.study.runs import load_run
from icpc.workflows.settings import RecordingOptions
from ranking.devices.capabilities import computation_facts
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash
from ranking.embeddings.workers import EmbeddingSettings, embed_all
from ranking.evaluation.accuracy import macro_f1, pair_accuracy
from ranking.files.hashing import file_sha256, json_sha256
from ranking.judging.probe_ranker import SHIPPED
from ranking.network.head import HeadConfig
from ranking.probe.checkpoint import Probe, Record, save_probe

RATE = 8000
SECONDS = {"ann": 450, "bob": 40, "cyd": 35, "dov": 460}  # two windows, one, one, two
REACHED = {"ann": "final", "bob": "first", "cyd": "first", "dov": "final"}


def save_ranker(path: Path, encoder: str = "spectrogram", classes: int = 2) -> None:
    """A ranker with drawn weights, for embeddings by the mel spectrogram."""
    config = HeadConfig(1500, 128, classes, inputs=2)
    head = lively_head(config)
    head.mean.fill_(-8)
    head.output.weight.data *= 20
    cache_key = cache_key_with_weights_hash(EncoderChoice(encoder))
    save_probe(Probe(head, Record(f"expertise-{classes}", cache_key, config)), path)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A folder with a roster, four recordings and a ranker."""
    folder = tmp_path_factory.mktemp("competition")
    rng = np.random.default_rng(0)
    rows = ["candidate,reached,recording"]
    for name, seconds in SECONDS.items():
        swell = 0.1 + 0.05 * np.sin(np.arange(seconds * RATE) * rng.uniform(1e-4, 1e-3))
        sound = (swell * rng.standard_normal(len(swell))).astype(np.float32)
        write_sound(folder / f"{name}.flac", sound, RATE)
        rows.append(f"{name},{REACHED[name]},{name}.flac")
    (folder / "roster.csv").write_text("\n".join(rows) + "\n")
    (folder / "competition.toml").write_text('name = "the cup/2030"\nrounds = ["first", "final"]')
    save_ranker(folder / "ranker.safetensors")
    return folder


@pytest.fixture
def here(played, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    shutil.copytree(played, "played")
    return tmp_path


@pytest.fixture(scope="module")
def store(played, tmp_path_factory):
    """Their embeddings."""
    folder = tmp_path_factory.mktemp("store")
    work = EmbeddingSettings(folder, (EncoderChoice("spectrogram"),))
    assert len(list(embed_all(sorted(played.glob("*.flac")), work))) == len(SECONDS)
    return folder


@pytest.fixture
def known(here, store):
    """The folder, the recordings embedded already."""
    shutil.copytree(store, "embeddings")


ASKED = ["--roster", "played/roster.csv", "--recordings", "played", "--min-seconds", "10"]
BY_OURS = [*ASKED, "--ranker", "played/ranker.safetensors"]


def judge(*arguments):
    return CliRunner().invoke(app, ["rank", *map(str, arguments)], catch_exceptions=False)


def judged(*arguments):
    result = judge(*arguments)
    assert result.exit_code == 0, result.stderr
    return result


def test_recordings_are_ranked_and_the_run_is_written(known):
    result = judged(*BY_OURS)
    assert "4 candidates ranked from 12 comparisons by majority of 14 votes" in result.stdout
    assert "recordings have 1 to 2 windows" in " ".join(result.stderr.split())
    run = Path("runs/the-cup-2030")
    study = load_run(run)
    assert len(study.ranking) == 4
    votes = pd.read_csv(run / "votes.csv")
    own = votes.query("first == 'ann' and second == 'dov'")
    assert own[["first_window", "second_window"]].to_numpy().tolist() == [[0, 0], [1, 1]]
    record = json.loads((run / "run.json").read_text())["provenance"]
    assert record["encoder"]["encoder"] == "spectrogram"
    assert set(record["recordings"]) == set(SECONDS)
    assert len(record["ranker"]["sha256"]) == 64


def test_a_recording_that_was_cut_off_is_named_in_the_run(known):
    raw = Path("played/bob.flac").read_bytes()
    Path("played/bob.flac").write_bytes(raw[: len(raw) // 2])
    refused = judge(*BY_OURS)
    assert refused.exit_code == 2
    assert "bob.flac: it is cut off: " in refused.stderr
    allowed = judged(*BY_OURS, "--allow-cut")
    remark = re.search(r"bob\.flac was cut off: \d+\.\d s of sound, .* was taken\.", allowed.stderr)
    assert remark
    assert remark[0] in load_run(Path("runs/the-cup-2030")).comparisons.remark


def test_a_second_call_embeds_and_compares_nothing_again(known, monkeypatch):
    from ranking.judging.all_pairs import PairScorer

    first = judged(*BY_OURS, "--format", "csv")
    monkeypatch.setattr(PairScorer, "_tile", None)
    monkeypatch.setattr("ranking.embeddings.embed._encode", None)
    assert judged(*BY_OURS, "--format", "csv").stdout == first.stdout


def test_an_interrupted_comparison_says_what_is_kept_and_goes_on(known, monkeypatch):
    start, advance = TerminalProgress.start, TerminalProgress.advance
    stages = []

    def note(self, what, total=None, unit=""):
        stages.append(what)
        return start(self, what, total, unit)

    def press(self, steps=1, detail=""):
        advance(self, steps, detail)
        if stages[-1] == "comparing windows" and steps:  # once votes are kept
            raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(TerminalProgress, "start", note)
        during.setattr(TerminalProgress, "advance", press)
        result = judge(*BY_OURS)
    assert result.exit_code == 130
    assert result.stderr.split("\n")[0] == (
        "stopped: what was embedded, fitted and compared is kept; the same command goes on"
    )
    remarks = judged(*BY_OURS).stderr.split("\n")
    assert remarks[0].startswith("comparing goes on from what an earlier call kept in embeddings")
    assert not any("goes on" in remark for remark in remarks[1:])


@pytest.mark.parametrize(
    "rule",
    ["swiss", *(pytest.param(rule, marks=pytest.mark.slow) for rule in ("active", "random"))],
)
def test_chosen_pairs_are_compared_and_a_larger_budget_goes_on(known, monkeypatch, rule):
    from ranking.judging.all_pairs import PairScorer

    chosen = (*BY_OURS, "--pairs", rule, "--budget")
    result = judged(*chosen, "4", "--out", "four")
    assert "4 candidates ranked from 8 comparisons by majority" in result.stdout
    assert "4 of 6 pairs of candidates were compared (66.7 %), in both orders" in " ".join(
        result.stderr.split()
    )
    checked = CliRunner().invoke(app, ["check", "--run", "four"])
    assert "4 of 6 pairs of candidates were compared" in " ".join(checked.stderr.split())
    record = json.loads(Path("four/run.json").read_text())["provenance"]["selection"]
    assert (record["rule"], record["compared"], record["pairs"]) == (rule, 4, 6)
    ranking = load_run(Path("four")).ranking
    assert ranking["rank_low"].notna().all()
    assert np.isinf(ranking["strength_low"]).all() or rule == "random"
    everything = judged(*BY_OURS, "--out", "all")
    assert "12 comparisons" in everything.stdout
    keys = ["first", "second", "first_window", "second_window"]
    some, every = (pd.read_csv(f"{run}/votes.csv").set_index(keys)["p_first"] for run in RUNS)
    assert np.allclose(some, every.loc[some.index], atol=2e-6)
    with monkeypatch.context() as during:
        during.setattr(PairScorer, "_chosen", None)  # votes are on disk
        assert judged(*chosen, "60%", "--out", "again").stdout == result.stdout
    judged(*chosen, "100%", "--out", "rest")
    assert len(pd.read_csv("rest/comparisons.csv")) == 12
    assert not load_run(Path("rest")).comparisons.chosen_by_results  # all pairs


RUNS = ("four", "all")


def test_swiss_pairs_are_proposed_where_there_are_very_many(capsys):
    options = RecordingOptions(recordings=Path("played"))
    _remark_on_many(1_000, options)
    assert "1,000 candidates make 499,500 pairs. --pairs swiss compares about 13,500 of them" in (
        capsys.readouterr().err
    )
    _remark_on_many(500, options)
    _remark_on_many(1_000, replace(options, pairs="random"))
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--pairs", "swis"], "--pairs swis: no such rule (did you mean 'swiss'?)"),
        (["--pairs", "swiss", "--budget", "many"], "write it as 2000, 0.23 or 23%"),
        (["--pairs", "swiss", "--budget", "0"], "--budget 0: neither a number of pairs nor"),
        (["--budget", "5"], "add --pairs swiss, active or random"),
        (["--pairs", "swiss", "--fit-half"], "--pairs and --fit-half: rankers that are fitted"),
    ],
)
def test_choices_that_cannot_be_met_are_refused_before_anything_is_embedded(here, words, expected):
    result = judge(*BY_OURS, *words)
    assert result.exit_code == 2
    assert expected in " ".join(result.stderr.split())
    assert not Path("embeddings").exists()


def test_every_pair_of_windows_may_be_compared(known):
    result = judged(*BY_OURS, "--windows", "all", "--antisymmetric", "--vote", "mean")
    assert "12 comparisons by mean of 26 votes" in result.stdout
    votes = pd.read_csv("runs/the-cup-2030/votes.csv")
    assert votes.query("first == 'ann' and second == 'dov'").iloc[:, 2:4].to_numpy().tolist() == [
        [i, j] for i in (0, 1) for j in (0, 1)
    ]
    votes = votes.query("first_window == second_window == 0")
    p = votes.pivot_table(index="first", columns="second", values="p_first").to_numpy()
    assert np.nanmax(abs(p + p.T - 1)) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_recordings_are_embedded_in_the_precision_of_the_ranker(here, monkeypatch, precision):
    """The flags of the machine decide nothing here: a ranker knows one kind of embeddings."""
    offer_product(monkeypatch, here / "site")
    key = cache_key_with_weights_hash(EncoderChoice("product", precision=precision))
    config = HeadConfig(80, 30, 2, inputs=2)
    save_probe(
        Probe(lively_head(config), Record("expertise-2", key, config)), Path("product.safetensors")
    )
    judged(*ASKED, "--ranker", "product.safetensors")
    record = json.loads(Path("runs/the-cup-2030/run.json").read_text())["provenance"]
    assert record["encoder"]["precision"] == precision
    assert record["computation"] == computation_facts("cpu") | {"threads": 1}
    assert record["embeddings"] == [computation_facts("cpu")]
    other = "float32" if precision == "bfloat16" else "bfloat16"
    refused = judge(*ASKED, "--ranker", "product.safetensors", "--precision", other)
    assert refused.exit_code == 2
    assert f"with other arithmetic ({precision}), these have {other}" in (
        " ".join(refused.stderr.split())
    )


def test_embeddings_of_two_classes_of_device_are_remarked_on(known):
    record = next(Path("embeddings").glob("*/*.npy")).with_suffix(".json")
    facts = json.loads(record.read_text())
    del facts["check"]
    facts["computation"] = {"device": "cuda", "gpu": "NVIDIA H200"}
    record.write_text(json.dumps({**facts, "check": json_sha256(facts)}))
    remarks = " ".join(judged(*BY_OURS).stderr.split())
    assert "embeddings were computed on cpu and cuda; they agree to rounding" in remarks
    provenance = json.loads(Path("runs/the-cup-2030/run.json").read_text())["provenance"]
    assert {own["device"] for own in provenance["embeddings"]} == {"cpu", "cuda"}


def programmes(*order: str) -> Path:
    """Ann and dov with two pieces each, from recordings whose embeddings are known."""
    folder = Path("programmes")
    (folder / "Ann").mkdir(parents=True, exist_ok=True)
    for name, source in zip(order, ("bob", "dov", "cyd", "ann"), strict=True):
        shutil.copy(f"played/{source}.flac", folder / name)
    (folder / "roster.csv").write_text("candidate,name\nann,\ndov,Dov Adler\n")
    return folder


@pytest.mark.slow
def test_pieces_of_a_programme_are_compared_in_its_order(known):
    folder = programmes("Ann/1 Etude.flac", "Ann/2 Ballade.flac", "adler 9.flac", "adler 10.flac")
    given = ["--recordings", folder, "--min-seconds", 60, "--ranker", "played/ranker.safetensors"]
    by_name = judged("--roster", folder / "roster.csv", *given)
    assert by_name.stderr.split("\n")[:3] == [
        "candidate  file                matched by",
        "ann        Ann/1 Etude.flac    folder",
        "           Ann/2 Ballade.flac  folder",
    ]
    assert "2 candidates have 4 files, in the order of each one's programme" in by_name.stderr
    study = load_run(Path("runs/roster"))
    votes = study.comparisons.votes
    assert votes is not None
    windows = votes.query("first == 'ann'")[["first_window", "second_window"]]
    assert windows.to_numpy().tolist() == [[0, 0], [1, 1], [2, 2]]  # 40 s, 300 s, 160 s; 35 s, …
    record = json.loads(Path("runs/roster/run.json").read_text())["provenance"]["recordings"]
    hashes = {one.stem: file_sha256(one) for one in Path("played").glob("*.flac")}
    assert record == {
        "ann": [hashes["bob"], hashes["dov"]],
        "dov": [hashes["cyd"], hashes["ann"]],
    }
    rows = ["ann,Ann/2 Ballade.flac", "ann,Ann/1 Etude.flac", "dov,adler 9", "dov,adler 10"]
    Path("index.csv").write_text("\n".join(["candidate,recording", *rows]))
    other = judged("--roster", folder / "roster.csv", *given, "--index", "index.csv")
    record = json.loads(Path("runs/roster/run.json").read_text())["provenance"]["recordings"]
    assert record["ann"] == [hashes["dov"], hashes["bob"]]
    assert "candidates have 4 files" in other.stderr


@pytest.mark.slow
def test_names_taken_apart_by_macos_give_the_same_ranking(known):
    written = []
    for form in ("NFC", "NFD"):
        folder = Path(form)
        folder.mkdir()
        for name, source in (("Ánn", "ann"), ("bób 1", "bob"), ("bób 2", "cyd"), ("dóv", "dov")):
            shutil.copy(
                f"played/{source}.flac", folder / f"{unicodedata.normalize(form, name)}.flac"
            )
        (folder / "cup.csv").write_text("candidate\nánn\nbób\ndóv\n")
        where = ["--roster", folder / "cup.csv", "--recordings", folder, "--out", f"{form}-run"]
        judged(*where, "--min-seconds", 10, "--ranker", "played/ranker.safetensors")
        names = ("ranking.csv", "votes.csv", "comparisons.csv", "run.json")
        written.append([Path(f"{form}-run", name).read_bytes() for name in names])
    assert written[0] == written[1]


def test_identical_recordings_are_named(known):
    shutil.copy("played/ann.flac", "played/bob.flac")
    assert "WARNING: identical recordings: ann, bob." in judged(*BY_OURS).stderr


def test_results_do_not_move_the_ranking(known):
    first = judged(*BY_OURS, "--format", "csv").stdout
    roster = Path("played/roster.csv")
    roster.write_text(roster.read_text().replace("final", "x").replace("first", "final"))
    roster.write_text(roster.read_text().replace("x", "first"))
    assert judged(*BY_OURS, "--format", "csv").stdout == first


def test_bad_recordings_stop_the_run_or_are_left_out_by_name(known):
    Path("played/bob.flac").write_text("Dear diary")
    stopped = judge(*BY_OURS)
    assert stopped.exit_code == 2
    assert "judge: played/bob.flac: " in stopped.stderr
    assert not Path("runs").exists()
    went_on = judged(*BY_OURS, "--skip-bad")
    assert "3 candidates ranked" in went_on.stdout
    assert "left out: played/bob.flac" in went_on.stderr


@pytest.mark.slow
def test_a_damaged_embedding_is_found_and_mended_the_ranking_is_the_same(known):
    judged(*BY_OURS, "--out", "good")
    shutil.rmtree("embeddings/votes")
    path = sorted(Path("embeddings").glob("spectrogram-*/*.npy"))[2]
    sound = path.read_bytes()
    path.write_bytes(sound[:-1000] + bytes([sound[-1000] ^ 4]) + sound[-999:])
    found = judge(*BY_OURS, "--out", "bad")
    assert found.exit_code == 2
    assert f"{path.name}: its bytes are not those that were written" in found.stderr
    assert "judge embed --verify" in found.stderr
    assert not Path("bad").exists()
    verified = CliRunner().invoke(app, ["embed", "--verify"]).output
    assert path.name in verified.replace("\n", "")
    assert not path.exists()
    judged(*BY_OURS, "--out", "mended")
    assert path.read_bytes() == sound
    for name in ("ranking.csv", "votes.csv", "comparisons.csv", "run.json"):
        assert Path("mended", name).read_bytes() == Path("good", name).read_bytes()


def test_short_recordings_are_refused_though_they_are_embedded(known):
    result = judge(*ASKED[:4], "--ranker", "played/ranker.safetensors")
    assert result.exit_code == 2
    assert "recording of cyd: 35 s of sound; at least 300 s are needed" in result.stderr


def test_less_sound_than_a_segment_is_no_recording_to_compare(known):
    """Silence at the end is no sound, however long the file."""
    noise = 0.1 * np.random.default_rng(1).standard_normal(9 * RATE)
    sound = np.append(noise, np.zeros(30 * RATE)).astype(np.float32)
    write_sound(Path("played/bob.flac"), sound, RATE)
    result = judge(*BY_OURS)
    assert result.exit_code == 2
    words = "recording of bob: 9 s of sound, and two recordings are compared on 10 s at least"
    assert words in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--ranker", "r.safetensors", "--windows", "all"], "and --windows: no recordings to"),
        ([*BY_OURS, "--votes", "v.csv"], "comparisons from recordings and from a file"),
        (["--fit-half", "--epochs", "3"], "--fit-half and --epochs: no recordings to compare"),
        ([*BY_OURS, "--fit-half", "--folds", "3"], "each says whom to fit on; give one of them"),
        ([*BY_OURS, "--epochs", "3"], "--epochs: nothing is fitted; add --fit-half or --folds"),
        ([*BY_OURS, "--folds", "3", "--ranges", "joint"], "--ranges joint --folds 3: comparisons "
         "by rankers fitted in folds have no 95 % intervals; use --ranges each"),
        ([*BY_OURS, "--folds", "3"], "4 candidates: too few to be split into 3 folds"),
        ([*BY_OURS, "--fit-half", "--permutations", "9"],
         "--permutations: only fitting in folds is repeated with the results permuted; use it "
         "with --folds;"),
        (["--permutations", "9"], "--permutations: no recordings to compare"),
        (["--results", "r.jsonl"], "--results r.jsonl: results are those of a ranker of "
         "recordings; name their folder with --recordings DIR"),
        ([*BY_OURS, "--windows", "some"], "--windows some: no such choice; choose aligned or all"),
        ([*BY_OURS, "--encoder", "basicpitch", "--weights", "played/ann.flac"],
         "it was trained on spectrogram embeddings, these are of basicpitch"),
        ([*ASKED, "--ranker", "gone.safetensors"], "gone.safetensors: there is no such file"),
        ([*ASKED, "--encoder", "dac"], "--encoder dac: no ranker for this encoder comes"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_in_one_sentence(here, arguments, words):
    result = judge(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert not Path("runs").exists()
    assert not Path("embeddings").exists()


HALF = ["--fit-half", "--epochs", "2", "--seed", "3"]


def fit_of(run: Path) -> dict[str, Any]:
    fit: dict[str, Any] = json.loads((run / "run.json").read_text())["provenance"]["fit"]
    return fit


def test_one_half_is_fitted_on_and_the_other_is_compared(known):
    result = judged(*BY_OURS, *HALF)
    study, fit = load_run(Path("runs/the-cup-2030")), fit_of(Path("runs/the-cup-2030"))
    halves = [{name for name, fold in fit["fold"].items() if fold == half} for half in (0, 1)]
    assert [sorted(map(REACHED.get, half)) for half in halves] == [["final", "first"]] * 2
    assert set(study.ranking["candidate"]) == halves[1]
    own = pair_accuracy(study.tally, study.results["score"].to_numpy(dtype=float), seed=3)
    assert fit["accuracy"]["fitted"]["value"] == own.value
    fitted, before, gain = (fit["accuracy"][key] for key in ("fitted", "before_fit", "gain"))
    assert fitted["value"] - before["value"] == gain["value"]
    printed = " ".join(result.stderr.split())
    assert "for 2 epochs on the results of 2, and compared the other 2." in printed
    assert (
        f"Of 2 comparisons between candidates of unequal result, {100 * own.value:.1f} %" in printed
    )


@pytest.mark.slow
def test_rankings_of_all_and_with_fit_half_are_one_row_of_table_4(known):
    whole = judged(*BY_OURS, "--results", "results.jsonl", "--out", "whole")
    assert "result added to results.jsonl: judge tables 4 --results prints it" in whole.stderr
    judged(*BY_OURS, *HALF, "--results", "results.jsonl", "--out", "half")
    judged(*BY_OURS, *HALF, "--results", "results.jsonl", "--out", "again")  # the same once more
    plain, fitted = read_results(Path("results.jsonl"))
    study = load_run(Path("whole"))
    score = study.results["score"].to_numpy(dtype=float)
    own = pair_accuracy(study.tally, score, study.settings.seed)
    assert (plain.metrics["accuracy"], plain.fitted, plain.groups) == (own.value, False, 4)
    assert plain.metrics["f1"] == macro_f1(study.tally, score)
    assert (fitted.fitted, fitted.folds, fitted.groups) == (True, 2, 2)
    table = paper_table(4, [plain, fitted])
    ours = table.iloc[-1]
    assert (ours["encoder"], ours["from"]) == ("spectrogram (the cup/2030)", "ours")
    assert ours["without fitting accuracy"] == 100 * own.value
    assert ours["with fitting accuracy"] == 100 * fitted.metrics["accuracy"]
    assert len(paper_table(3, [plain, fitted])) == len(paper_table(3))
    (alone,) = our_competition_rows([replace(plain, competition="icpc2015")])
    assert alone["encoder"] == "spectrogram"


@pytest.mark.slow
def test_the_ranker_before_the_fit_is_the_one_that_is_not_fitted(known):
    judged(*BY_OURS, *HALF, "--out", "fitted")
    judged(*BY_OURS, "--out", "plain")
    fold, accuracy = (fit_of(Path("fitted"))[key] for key in ("fold", "accuracy"))
    comparisons = load_run(Path("plain")).comparisons.table
    compared_too = comparisons[["first", "second"]].map(fold.get).all(axis=1)
    right = comparisons[compared_too]["winner"].map(REACHED) == "final"
    assert len(right) == 2
    assert accuracy["before_fit"]["value"] == right.mean()


@pytest.mark.slow
def test_what_was_fitted_is_not_fitted_again(known, monkeypatch):
    first = judged(*BY_OURS, *HALF, "--format", "csv")
    monkeypatch.setattr("ranking.probe.loop.Loop._step", None)
    assert judged(*BY_OURS, *HALF, "--format", "csv").stdout == first.stdout


def test_nothing_is_fitted_without_results(here):
    roster = Path("played/roster.csv")
    roster.write_text(re.sub("first|final", "", roster.read_text()))
    result = judge(*BY_OURS, "--fit-half")
    assert result.exit_code == 2
    assert "results of 0 of 4 candidates: no two differ" in " ".join(result.stderr.split())
    assert not Path("embeddings").exists()


def start(out: str, store: str, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from icpc.cli import app; app()", "rank", *BY_OURS]
    where = ["--out", out, "--store", store]
    return subprocess.Popen([*command, *options, *where], stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_a_run_that_was_killed_three_times_gives_the_same_bytes(here):
    options = ["--fit-half", "--epochs", "20"]
    whole = judged(*BY_OURS, *options, "--out", "whole", "--store", "s", "--format", "csv")
    printed = pd.read_csv(io.StringIO(whole.stdout))
    ranking = pd.read_csv("whole/ranking.csv")
    pd.testing.assert_frame_equal(printed[ranking.columns], ranking)
    for sign in ("*/*.json", "rankers/*/*.fit", "votes/*"):  # an embedding, an epoch, and votes
        process = start("killed", "t", *options)
        while process.poll() is None and not list(Path("t").glob(sign)):
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert start("killed", "t", *options).wait() == 0
    for name in ("ranking.csv", "votes.csv", "comparisons.csv", "run.json"):
        assert Path("killed", name).read_bytes() == Path("whole", name).read_bytes()


@pytest.mark.slow
@needs_recordings
@pytest.mark.skipif(not (SHIPPED / "spectrogram.safetensors").is_file(), reason="no ranker ships")
def test_eight_real_performances_are_ranked_by_the_ranker_that_ships(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    judged("--roster", FOLDER / "roster.csv", "--recordings", FOLDER)
    study = load_run(Path("runs/ecompetition-2014"))
    assert "trained on synthetic recitals only" in study.comparisons.remark
    assert (study.tally.pair_counts.sum(axis=1) == 14).all()
    assert study.comparisons.votes is not None
    assert study.comparisons.votes["p_first"].std() > 0.01
