"""What the documents say is so: commands, output, links, and the notebooks."""

import html
import io
import itertools
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from readme import README, section, write_recordings, write_sheet
from recording_server import unused_port
from sounds import piano, write_sound
from typer.main import get_command
from typer.testing import CliRunner

from icpc.cli import app
from icpc.installation.costs import Measurement, cost_table, workload_of
from ranking.encoders import ENCODERS, spec_of
from ranking.files.hashing import file_sha256
from ranking.judging.probe_ranker import load_own_or_shipped_ranker
from ranking.network.head import HeadConfig
from ranking.probe.settings import WINDOWS_PER_STEP, TrainingSettings
from ranking.tasks.expertise import COLUMNS
from ranking.tasks.manifest import read_manifest
from ranking.tasks.pairs import labelled_pairs

ROOT = Path(__file__).parent.parent
CHAIN = "notebooks/guide/papers-chain.md"
COST = "notebooks/guide/cost.md"
GUIDE = (
    "notebooks/guide/cluster.md",
    COST,
    "notebooks/guide/faults.md",
    "notebooks/guide/panels.md",
    "notebooks/guide/storage.md",
    CHAIN,
)
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "icpc/data/README.md", *GUIDE)
CONSOLES = re.findall(r"```console\n\$ (.+)\n((?:.*\n)*?)```", README)
TABLES = re.findall(r"```csv\n((?:.*\n)*?)```", README)
OWN = ("roster.csv", "comparisons.csv", "index.csv", "marks.csv", "manifest.csv")
SHELL = re.findall(r"^(?:judge|cd) .+$", README, re.MULTILINE)
NOT_RUN = {
    "basic-pitch": "needs a network",
    "judge fetch": "the same",
    "--permutations": "takes half an hour",
    "--comparisons pairs.csv": "somebody has to fill it in",
}
GUIDES = "".join((ROOT / name).read_text(encoding="utf-8") for name in GUIDE)
IN_GUIDES = re.findall(r"^(?:  |\$ )?(judge .+)$", GUIDES, re.MULTILINE)
COSTS = (ROOT / COST).read_text(encoding="utf-8")
DRY_RUNS = re.findall(r"^\$ (judge .+ --dry-run)\n(.+)$", GUIDES, re.MULTILINE)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """A folder with the README's own tables in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for name, table in zip(OWN, TABLES, strict=True):
        Path(name).write_text(table, encoding="utf-8")


@pytest.mark.parametrize(("command", "shown"), CONSOLES)
def test_every_command_of_the_readme_prints_what_it_shows(newcomer, command, shown):
    program, *arguments = shlex.split(command)
    assert program == "judge"
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    printed = "\n".join(line.rstrip() for line in (result.stdout + result.stderr).splitlines())
    end = 0
    for block in re.split("^ *…$", shown, flags=re.MULTILINE):
        at = printed.find(block.strip("\n"), end)
        assert at >= 0, f"not printed, or not in this order:\n{block}"
        end = at + len(block.strip("\n"))


@pytest.mark.parametrize("line", [*filter(re.compile("judge ").match, SHELL), *IN_GUIDES])
def test_the_readme_and_the_guide_name_commands_and_options_that_there_are(line):
    _, *words = shlex.split(line, comments=True)
    command = get_command(app)
    while words and not words[0].startswith("-") and hasattr(command, "get_command"):
        command = command.get_command(None, words.pop(0))
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_the_guide_has_a_page_for_each_command_that_says_what_its_help_says():
    """After a change of the help: python notebooks/guide/command_pages.py."""
    made = runpy.run_path(str(ROOT / "notebooks/guide/command_pages.py"))
    written = {path.name: path.read_text("utf-8") for path in made["FOLDER"].glob("*.md")}
    assert made["pages"]() == written


@pytest.mark.slow
def test_the_commands_of_the_readme_run_one_after_another(newcomer, monkeypatch):
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    write_sheet(Path("marks.xlsx"))
    write_recordings(Path("recitals"))
    Path("DIR").mkdir()
    write_sound(Path("DIR") / "ana.flac", piano(12, 8000, 0), 8000)
    for line in SHELL:
        program, *words = shlex.split(line, comments=True)
        if program == "cd":
            monkeypatch.chdir(words[0])
        elif not any(word in line for word in NOT_RUN):
            result = CliRunner().invoke(app, words, catch_exceptions=False)
            assert result.exit_code == 0, f"{line}\n{result.stderr}"
    assert {path.name for path in Path.cwd().glob("*.safetensors")} == {
        "best.safetensors",
        "mine.safetensors",
    }


@pytest.mark.parametrize(("command", "shown"), DRY_RUNS)
def test_dry_runs_of_the_guide_print_what_it_shows(tmp_path, monkeypatch, command, shown):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
    assert " ".join(result.stdout.split()) == shown


def test_costs_of_the_guide_follow_from_what_was_measured():
    load = workload_of([1800.0] * 2000, 8)
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| .+? \| (.+?) GB \| (.+?) \| (.+?) \|$", COSTS, re.MULTILINE
    )
    assert [row[0] for row in rows] == list(ENCODERS)
    for name, seconds, disk, hours, basis in rows:
        size = spec_of(name).stored_bytes * (2 if name == "controls" else 1)  # in float32
        one = "not here" if basis == "not measured" else Measurement(float(seconds), size, None)
        cost = cost_table({name: one}, load).iloc[0]
        assert f"{cost['disk_bytes'] / 1e9:.1f}" == disk
        assert isinstance(one, str) or float(hours) == pytest.approx(cost["hours"], rel=0.02)


@pytest.mark.slow
def test_the_dry_run_of_embedding_prints_the_table_of_the_guide(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (line,) = re.findall(r"^judge (embed --dry-run .+)$", COSTS, re.MULTILINE)
    given = [
        *shlex.split(line),
        "--weights-dir",
        str(tmp_path),
        "--device",
        "cpu",
        "--workers",
        "1",
    ]
    result = CliRunner().invoke(app, [*given, "--format", "csv"], catch_exceptions=False)
    table = pd.read_csv(io.StringIO(result.stdout)).set_index("encoder")
    assert list(table.index) == list(ENCODERS)
    for name, disk in re.findall(
        r"^\| `(\w+)` \|.+ ([\d.]+) GB \| \S+ \| .+\|$", COSTS, re.MULTILINE
    ):
        assert f"{table.loc[name, 'disk_bytes'] / 1e9:.1f}" == disk


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """Folder of the paper's chain, what its script printed, twice, and its files in between."""
    folder, port, printed, files = tmp_path_factory.mktemp("chain"), unused_port(), [], {}
    command = [sys.executable, str(ROOT / "notebooks/guide/papers_chain.py"), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "1000"}
    for store in ("JUDGE_STORE", "JUDGE_WEIGHTS"):
        environment.pop(store, None)
    for _ in range(2):
        done = subprocess.run(
            [*command, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        printed.append(done.stdout)
        files = files or hashes(folder)
    return folder, printed, files


def hashes(folder):
    """Hash of each file of results below a folder."""
    paths = [*folder.glob("runs/*/*"), *folder.glob("mine.*"), *folder.glob("recordings/*/*.*")]
    return {path: file_sha256(path) for path in paths if path.is_file()}


@pytest.mark.slow
def test_the_papers_chain_goes_from_addresses_to_a_report(chain):
    folder, (first, _), _ = chain
    assert "6 recordings: 6 fetched; " in first and "8 recordings: 8 fetched; " in first
    assert "14 recordings were fetched from the server" in first
    run = folder / "runs" / "small"
    ranking = pd.read_csv(run / "ranking.csv")
    assert sorted(ranking["candidate"]) == [f"player-{number}" for number in range(6)]
    ranker = json.loads((run / "run.json").read_text(encoding="utf-8"))["provenance"]["ranker"]
    own = load_own_or_shipped_ranker(folder / "mine.safetensors", None)
    assert ranker["sha256"] == own.sha256
    for name in ("hitrate.csv", "hitrate.png", "hitrate.svg", "report.html", "votes.csv"):
        assert (run / name).stat().st_size > 100, name
    assert len(pd.read_csv(run / "votes.csv")) == 30
    assert len(list(folder.glob("embeddings/*/*.npy"))) == 14


@pytest.mark.slow
def test_the_papers_chain_run_again_fetches_nothing_and_gives_the_same_bytes(chain):
    folder, (_, second), files = chain
    assert "6 recordings: 6 present; " in second and "8 recordings: 8 present; " in second
    assert "0 recordings were fetched from the server" in second
    assert "6 recordings: 0 embedded, 6 cached" in second
    assert hashes(folder) == files


@pytest.mark.slow
def test_the_commands_that_fetch_prints_work_as_printed(chain, monkeypatch):
    """The page's are the printed ones with a word more; that of ranking is run as it is."""
    folder, (first, _), _ = chain
    fetched = re.findall(r"^\$ judge fetch .+\n(?:(?!\$ ).*\n)*", first, re.MULTILINE)
    ranking, training = (re.findall(r"^Next: (.+)$", one, re.MULTILINE)[0] for one in fetched)
    page = (ROOT / CHAIN).read_text(encoding="utf-8")
    assert f"\n{ranking} --ranker mine.safetensors\n" in page
    assert f"\n{training} --epochs 2\n" in page
    monkeypatch.chdir(folder)
    monkeypatch.delenv("JUDGE_STORE", raising=False)
    result = CliRunner().invoke(app, shlex.split(ranking)[1:], catch_exceptions=False)
    assert result.exit_code == 0
    assert "6 candidates ranked from 30 comparisons" in " ".join(result.stdout.split())


def test_the_manifest_of_the_readme_can_be_read(newcomer):
    assert len(labelled_pairs(read_manifest(Path("manifest.csv"), COLUMNS))) == 3


@pytest.mark.slow
def test_the_python_of_the_readme_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "pair accuracy" in capsys.readouterr().out


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name):
    document = ROOT / name
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    for link in links:
        if not link.startswith("http"):
            assert (document.parent / link).is_file(), link


def test_one_script_draws_all_pictures_of_the_readme_and_they_are_small():
    shown = set(re.findall(r"!\[[^]]+\]\(notebooks/figures/([^)]+)\)", README))
    drawn = runpy.run_path(str(ROOT / "notebooks" / "pictures.py"))["PICTURES"]
    there = {path.name: path.stat().st_size for path in (ROOT / "notebooks/figures").iterdir()}
    assert shown == drawn.keys() == there.keys()
    assert sum(there.values()) < 1_000_000


def test_numbers_of_the_readme_on_accuracy(study2015):
    from ranking.evaluation.accuracy import pair_accuracy

    own = pair_accuracy(study2015.tally, study2015.results["score"].to_numpy(dtype=float))
    assert f"{own.value:.4f} by the roster ({own.value * own.pairs:,.0f} of {own.pairs:,.0f};" in (
        " ".join(README.split())
    )


def test_numbers_of_the_readme_on_the_two_stages_of_2025(study2025):
    from icpc.findings.compare import compare_rankings, every_two_rankings, rankings_of
    from icpc.study.comparisons import load_comparisons
    from icpc.study.settings import Settings
    from icpc.study.study import run_study

    competition = study2025.competition
    stage2 = run_study(competition, load_comparisons(competition, round_name="stage2"), Settings())
    pairs = every_two_rankings(rankings_of({"stage1": study2025, "stage2": stage2}))
    score = competition.roster.set_index("candidate")["score"]
    (row,) = compare_rankings(pairs, score)
    shown = f"{row.tau:+.3f} (95 % interval {row.tau_low:+.3f} to {row.tau_high:+.3f})"
    assert shown in " ".join(README.split())
    assert f"put the {row.candidates} candidates who played both" in " ".join(README.split())


def cells(notebook, kind):
    return [cell for cell in notebook.cells if cell.cell_type == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stripped_and_define_nothing(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in cells(notebook, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert not re.search(r"^\s*(def|class) ", cell.source, re.MULTILINE)


def run_notebook(name, folder):
    """What a notebook prints when it runs in a folder, and how many pictures it shows."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    outputs = list(itertools.chain(*(cell.outputs for cell in cells(notebook, "code"))))
    texts = [
        output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs
    ]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    return "\n".join(texts), pictures


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    return run_notebook("1-icpc2015", tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, *run_notebook("3-your-own-competition", folder)


@pytest.mark.slow
def test_the_notebook_runs_and_shows_nine_figures(story):
    _, pictures = story
    assert len(pictures) == 9


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "44 of the top 68 passed: hit-rate 0.647",
        "8,418 published comparisons of 113 candidates",
        "wins 0.793",
        "0.5407 of 8,418 comparisons right",
        "56,606 comparisons by 17 jurors",
    ],
)
def test_the_notebook_tells_our_own_numbers(story, words):
    text, _ = story
    assert words in " ".join(text.split())


@pytest.mark.slow
def test_the_tutorial_goes_from_a_roster_to_two_rankings_side_by_side(tutorial):
    folder, text, pictures = tutorial
    assert len(pictures) == 5
    assert "slip.csv, line 2: 'second' is 'bouree'" in text
    for words in ("28 comparisons", "pair accuracy: Of 16", "listener and ranker rank 8"):
        assert words in text
    for run in ("listener", "ranker"):
        assert (folder / "runs" / "own" / run / "run.json").is_file()
    assert (folder / "runs" / "own" / "listener" / "report.html").is_file()


@pytest.mark.slow
def test_the_notebook_on_probes_tests_two_encoders_on_three_tasks(tmp_path):
    text, pictures = run_notebook("2-probing-encoders", tmp_path)
    assert len(pictures) == 1
    for task in ("difficulty", "technique", "expertise"):
        for encoder in ("spectrogram", "controls"):
            assert f"{task}, {encoder}: " in text
            assert (tmp_path / "runs" / "probing" / f"{task}-{encoder}.safetensors").is_file()
    assert "random answers 0.33" in text
    assert "expected" in text


@pytest.mark.slow
def test_the_notebook_of_a_panel_goes_from_marks_to_findings_as_a_page(tmp_path):
    (line,) = re.findall(r"^jupyter nbconvert .+$", README, re.MULTILINE)
    name = "notebooks/4-a-panel-of-jurors"
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / f"{name}.ipynb", tmp_path / "notebooks")
    words = shlex.split(line.replace("notebooks/*", name))
    subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, check=True)
    page = (tmp_path / f"{name}.html").read_text("utf-8")
    assert page.count("<img ") == 2
    text = html.unescape(re.sub("<[^>]+>", " ", page))
    for words in (
        "1,395 marks, 33 recused or absent",
        "Krzysztof Jabłoński is the most severe (+2.14 points",
        "Krippendorff's alpha, interval 0.222875",
        "Without one of 10 of 17 jurors others would pass",
        "These 17 jurors tell two candidates apart",
        "Kendall's W, the concordance of 17 jurors, is 0.18",
    ):
        assert words in " ".join(text.split())


@pytest.mark.slow
def test_the_rank_correlation_of_the_tutorial_is_that_of_scipy(tutorial):
    from scipy.stats import kendalltau

    folder, text, _ = tutorial
    ranks = [
        pd.read_csv(folder / "runs" / "own" / run / "ranking.csv").set_index("candidate")["rank"]
        for run in ("listener", "ranker")
    ]
    tau = kendalltau(ranks[0], ranks[1].loc[ranks[0].index]).statistic
    assert f"Kendall's tau-b {tau:+.3f}" in " ".join(text.split())


def test_the_readme_says_how_training_differs_from_the_release():
    """With the defaults as they are in the code."""
    text, own = section("In training, otherwise than in the paper's release"), TrainingSettings()
    for words in (
        f"peak learning rate of {own.learning_rate:g}",
        f"weight decay of {own.weight_decay:g}",
        f"first {own.warmup:.0%} of the steps".replace("%", " %"),
        f"batches of {own.batch_size}",
        f"{own.epochs} epochs at most, {own.patience} without a better one",
        f"all pairs of {WINDOWS_PER_STEP} windows",
        f"channels {' → '.join(map(str, HeadConfig(1500, 128, 2, 2).channels))}",
    ):
        assert words in " ".join(text.split()), words


def test_the_shipped_ranker_is_said_to_have_the_channels_that_it_has():
    folder = ROOT / "ranking/judging/rankers"
    own = json.loads((folder / "spectrogram.json").read_text(encoding="utf-8"))["config"]
    channels = f"channels {' → '.join(map(str, own['channels']))}"
    for text in ((folder / "README.md").read_text(encoding="utf-8"), README):
        assert channels in " ".join(text.split())
