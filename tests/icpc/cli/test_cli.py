"""The command as a user sees it: right on good input, three-part errors on bad."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from cup import COMPARISONS, ROSTER, ROUNDS, judge, own

from icpc.competition.bundled import BUNDLED


def slow(*values):
    return [pytest.param(value, marks=pytest.mark.slow) for value in values]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("mine.csv").write_text(ROSTER)
    Path("my.csv").write_text(COMPARISONS)
    return tmp_path


def shell(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from icpc.cli import app; app()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100", **environment},
    )


def test_the_ranking_of_2015_says_what_it_is_made_from():
    result = judge("rank", "--competition", "icpc2015")
    assert result.exit_code == 0
    assert "113 candidates ranked from 8,418 published comparisons" in " ".join(
        result.stdout.split()
    )
    assert len(result.stdout.splitlines()) >= 115
    assert "116 to 224 times each, so raw wins would give the result away" in result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 100


@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, *slow(80, 120)])
@pytest.mark.parametrize("command", ["rank", "hitrate"])
def test_a_table_fits_its_terminal_and_what_is_cut_shows_it(monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = judge(command).stdout.splitlines()
    assert max(map(len, lines)) <= columns
    header = next(line for line in lines if "reached" in line and "candid" in line)
    at = header.index("reached")
    shown = {line[at:].split()[0] for line in lines[lines.index(header) + 1 :][:113]}
    whole = {"preliminary", "stage1", "stage2", "stage3", "final"}
    assert all(word in whole or "…" in word for word in shown)
    assert columns < 80 or shown <= whole


@pytest.mark.parametrize("command", ["rank", "hitrate", "check"])
def test_csv_and_json_hold_the_same_table(here, command):
    text = own(command, "--format", "csv").stdout
    as_csv = pd.read_csv(io.StringIO(text))
    as_json = pd.DataFrame(json.loads(own(command, "--format", "json").stdout))
    assert list(as_csv.columns) == list(as_json.columns)
    assert len(as_csv) == len(as_json) > 0


def test_the_same_seed_prints_the_same_bytes(here):
    runs = [own("rank", "--format", "csv", "--seed", seed).stdout_bytes for seed in (1, 1, 2)]
    assert runs[0] == runs[1]


@pytest.mark.slow
def test_a_ranking_loads_no_package_that_it_does_not_use():
    code = (
        "import sys; sys.argv = ['judge', 'rank', '--competition', 'icpc2015']\n"
        "from icpc.cli import app\n"
        "try: app()\n"
        "except SystemExit: print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    assert {"pandas", "scipy.special"} <= loaded
    assert not {"networkx", "sklearn", "matplotlib"} & loaded  # choix needs scipy.stats


def test_every_source_of_comparisons_is_ranked(here):
    Path("panel.csv").write_text(
        "juror,candidate,mark,recused\n"
        "X,ann,9,no\nX,bob,5,no\nX,cyd,5,no\nY,ann,,yes\nY,bob,4,no\nY,cyd,6,no\n"
    )
    Path("votes.csv").write_text(
        "first,second,first_window,second_window,p_first\n"
        "ann,bob,0,0,.9\nann,bob,1,1,.4\nbob,cyd,0,0,.3\ncyd,ann,0,0,.2\n"
    )
    roster = ("--roster", "mine.csv", *ROUNDS)
    panel = judge("rank", *roster, "--panel", "panel.csv")
    assert "4 comparisons by 2 jurors (1 ties)" in panel.stdout
    votes = judge("rank", *roster, "--votes", "votes.csv", "--resample", "windows")
    assert "3 comparisons by majority of 4 votes on windows" in votes.stdout
    for result in (panel, votes):
        assert result.exit_code == 0


def test_results_may_be_missing_for_a_ranking_but_not_for_a_hit_rate(here):
    Path("mine.csv").write_text("candidate\nann\nbob\ncyd\n")
    assert own("rank").exit_code == 0
    assert "no results are known" in own("hitrate").stderr


def test_the_first_candidates_alone_are_printed(here):
    whole, top = (json.loads(own("rank", "--format", "json", *more).stdout) for more in ((), TWO))
    assert top == whole[:2] and len(whole) == 3
    printed = own("rank", *TWO).stdout
    assert "the first 2" in " ".join(printed.split())
    assert len(printed.splitlines()) == len(own("rank").stdout.splitlines()) - 1


def test_a_run_is_written_and_picked_up(here):
    assert own("rank", "--out", "run").exit_code == 0
    assert own("hitrate").stdout == judge("hitrate", "--run", "run").stdout
    assert own("check").stdout == judge("check", "--run", "run").stdout
    drawn = judge("hitrate", "--run", "run", "--plot")
    assert drawn.exit_code == 0
    assert {path.name for path in Path("run").iterdir()} >= {"hitrate.png", "hitrate.svg"}
    assert judge("hitrate", "--run", "run").exit_code == 0


@pytest.mark.slow
def test_a_curve_is_written_without_figures_too(here):
    assert own("hitrate", "--out", "run").exit_code == 0
    assert {path.name for path in Path("run").iterdir()} >= {"run.json", "hitrate.csv"}
    assert not Path("run/hitrate.png").exists()
    assert judge("hitrate", "--published", "--out", "paper").exit_code == 0
    assert [path.name for path in Path("paper").iterdir()] == ["hitrate-published.csv"]


@pytest.mark.slow
def test_figures_of_another_ranking_do_not_go_into_a_run(here):
    own("rank", "--out", "run")
    before = sorted(Path("run").iterdir())
    refused = judge("hitrate", "--run", "run", "--method", "wins", "--plot")
    assert refused.exit_code == 2
    assert "name another folder with --out" in " ".join(refused.stderr.split())
    assert sorted(Path("run").iterdir()) == before
    other = judge("hitrate", "--run", "run", "--method", "wins", "--plot", "--out", "other")
    assert other.exit_code == 0
    assert json.loads(Path("other/run.json").read_text())["settings"]["method"] == "wins"


@pytest.mark.slow
def test_the_published_figure_is_drawn(here):
    result = judge("hitrate", "--published", "--plot")
    assert result.exit_code == 0
    assert "71 of 137 passed" in result.stdout
    assert "44 of the top 68 passed" in result.stdout
    assert Path("runs/published/hitrate-published.svg").is_file()


TWO = ("--top", "2")
BAD_TABLES = [
    ("mine.csv", "candidate,reached\nann,final\nann,one\n", "mine.csv, line 3: candidate 'ann'"),
    ("mine.csv", "candidate,reached\nann,finale\n", "mine.csv, line 2: 'reached' is 'finale'"),
    ("mine.csv", "", "mine.csv: the file is empty"),
    ("mine.csv", "candidate\n\xf3\n".encode("cp1250"), "mine.csv, line 2: byte 0xf3"),
    ("my.csv", "", "my.csv: the file is empty"),
    ("my.csv", "first,second,winner\n", "my.csv: there is a header, but no row"),
    ("my.csv", "juror,candidate,mark\nx,ann,5\n", "seems to be the marks of a panel; name it as"),
    ("my.csv", COMPARISONS + "ann,ann,ann\n", "my.csv, line 5: 'ann' is compared with itself"),
    ("my.csv", COMPARISONS + "ann,dan,ann\n", "my.csv, line 5: 'second' is 'dan'"),
    ("my.csv", COMPARISONS + "bob,ann,cyd\n", "line 5: the winner 'cyd' is not one of the pair"),
    ("my.csv", "first;second;winner\nann;bob\n", "my.csv, line 2: the header has 3 fields"),
    ("competition.toml", "rounds = [", "competition.toml: not TOML"),
]


@pytest.mark.parametrize("command", ["rank", "hitrate"])
@pytest.mark.parametrize(("name", "content", "words"), BAD_TABLES)
def test_bad_tables_end_in_one_sentence_and_nothing_is_written(here, command, name, content, words):
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    result = own(command, "--out", "new", *(["--plot"] if command == "hitrate" else []))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert ";" in result.stderr  # what to do
    assert "Traceback" not in result.stderr
    assert not Path("new").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rank", "--competition", "icpc1927"], "no such competition is bundled"),
        (["rank", "--competition", "icpc2015", "--roster", "mine.csv"], "give one of them"),
        (["rank", "--roster", "mine.csv"], "the rounds are not known; name them in order"),
        (
            ["rank", "--roster", "mine.csv", *ROUNDS],
            "no comparisons come with it; name a file",
        ),
        (["rank", "--roster", "none.csv"], "none.csv: there is no such file"),
        (["rank", "--roster", "."], ".: this is a folder"),
        (["rank", "--rounds", "a,b"], "a bundled competition has its own rounds"),
        (["rank", "--method", "elo"], "--method elo: no such choice; choose bradley-terry"),
        (["rank", "--round", "stage9", "--competition", "icpc2025"], "no marks of round 'stage9'"),
        (["rank", "--round", "stage1"], "no marks by a panel"),
        (["rank", "--resample", "windows"], "no votes on windows"),
        (
            ["rank", "--resample", "windows", "--ranges", "joint"],
            "--ranges joint --resample windows: joint ranges come from tests of differences",
        ),
        (["rank", "--seed", "-1"], "or equal to 0"),
        (["rank", "--format", "xml"], "xml"),
        (["rank", "--out", "my.csv"], "my.csv: this is a file"),
        (["hitrate", "--run", "."], "no finished run"),
        (["hitrate", "--published", "--competition", "icpc2025"], "no published curve of icpc2025"),
        (
            ["hitrate", "--published", "--method", "wins"],
            "use it with --competition icpc2015 alone",
        ),
        (["rank", "--competition", ""], "no such competition is bundled"),
        (["hitrate", "--run", "r", "--count", "paper"], "a run has its own comparisons"),
        (["hitrate", "--passing-score", "9"], "none of the 113 ranked candidates passed"),
        (["check", "--count", "paper", "--method", "pagerank"], "ranks by raw wins"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_usage_exits_with_2(here, arguments, words):
    result = judge(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


@pytest.mark.slow
def test_joint_ranges_hold_those_of_the_tests_and_say_so(here):
    """Three comparisons tell nobody apart."""
    result = own("rank", "--ranges", "joint", "--format", "csv", "--out", "run")
    assert result.exit_code == 0
    table = pd.read_csv(io.StringIO(result.stdout))
    assert table["rank_low"].tolist() == [1, 1, 1]
    assert table["rank_high"].tolist() == [3, 3, 3]
    words = "hold all ranks of a component together with 95 % probability"
    assert words in " ".join(result.stderr.split())
    assert words in " ".join(judge("check", "--run", "run", "--verbose").stderr.split())
    short = (
        "take 3 candidates as the sample, and ranges of rank hold together; about what: --verbose"
    )
    assert short in " ".join(judge("check", "--run", "run").stderr.split())
    assert words not in judge("check", "--run", "run", "--ranges", "each").stderr


def test_joint_ranges_are_refused_where_there_are_no_intervals(here):
    Path("panel.csv").write_text("juror,candidate,mark\nX,ann,9\nX,bob,5\nY,ann,7\nY,bob,4\n")
    panel = ("rank", "--roster", "mine.csv", *ROUNDS, "--panel", "panel.csv", "--out", "run")
    result = judge(*panel, "--ranges", "joint")
    assert result.exit_code == 2
    assert not Path("run").exists()
    assert (
        "--ranges joint: there are no 95 % intervals: 2 jurors who ordered somebody; it takes 3 to "
        "see how much they differ; use --ranges each" in " ".join(result.stderr.split())
    )
    assert judge(*panel).exit_code == 0
    assert not Path("run", "rank-probabilities.csv").exists()
    for command in (("hitrate",), ("check",), ("report", "--out", "page")):
        result = judge(*command, "--run", "run", "--ranges", "joint")
        assert result.exit_code == 2
        assert "there are no 95 % intervals" in " ".join(result.stderr.split())


@pytest.mark.slow
def test_a_run_is_reported_with_joint_ranges_in_another_folder(here):
    assert own("rank", "--out", "run").exit_code == 0
    refused = judge("report", "--run", "run", "--ranges", "joint")
    assert refused.exit_code == 2
    assert "or leave out --method, --ranges" in " ".join(refused.stderr.split())
    assert judge("report", "--run", "run", "--ranges", "joint", "--out", "page").exit_code == 0
    assert json.loads(Path("page", "run.json").read_text())["settings"]["ranges"] == "joint"
    assert "--ranges joint" in Path("page", "report.html").read_text()


def test_two_sources_of_comparisons_are_refused(here):
    result = own("rank", "--panel", "panel.csv")
    assert result.exit_code == 2
    assert "my.csv and panel.csv: comparisons from several files; give one" in result.stderr


NASTY = ["\x1b[31mred\x1b[0m", "[red]x[/red]", '=HYPERLINK("x")', "a\u202eb", "🎹 Żółć"]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("form", [*slow("table", "csv"), "json"])
def test_names_harm_nobody(here, nasty, form):
    quoted = '"' + nasty.replace('"', '""') + '"'
    Path("mine.csv").write_text(f"candidate,name\n{quoted},{quoted}\nbob,Bob\n", encoding="utf-8")
    Path("my.csv").write_text(f"first,second,winner\n{quoted},bob,bob\n", encoding="utf-8")
    result = own("rank", "--format", form, "--out", "run")
    assert result.exit_code == 0
    written = [path.read_text(encoding="utf-8") for path in Path("run").iterdir()]
    for text in (result.stdout, result.stderr, *written):
        assert "\x1b[31m" not in text
        assert "\u202e" not in text
    if nasty.startswith("[red]"):
        assert "[red]x" in result.stdout
    if nasty.startswith("="):
        assert not any(line.startswith("=") for text in written for line in text.splitlines())
    again = judge("rank", "--roster", "run/roster.csv", "--comparisons", "run/comparisons.csv")
    assert again.exit_code == 0


@pytest.mark.slow
def test_head_may_close_the_pipe():
    command = "from icpc.cli import app; app()"
    for form in ("table", "csv"):
        piped = subprocess.run(
            f'{sys.executable} -c "{command}" rank --format {form} | head -n 1',
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        )
        assert piped.stdout.count("\n") == 1
        assert "Traceback" not in piped.stderr
        assert "BrokenPipe" not in piped.stderr


@pytest.mark.slow
def test_no_color_is_respected():
    assert "\x1b[" in shell("--help", FORCE_COLOR="1").stdout
    plain = shell("rank", "--competition", "icpc2015", NO_COLOR="1")
    assert "\x1b[" not in plain.stdout + plain.stderr


@pytest.mark.slow
def test_names_survive_a_locale_that_cannot_write_them():
    ascii_only = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", "from icpc.cli import app; app()", "rank"],
        capture_output=True,
        check=True,
        env={**os.environ, **ascii_only},
    )
    assert "Michał Szymanowski" in done.stdout.decode("utf-8")


def test_help_names_every_command_and_an_example():
    text = judge("--help").stdout
    for command in ("rank", "hitrate", "check", "competitions"):
        assert command in text
        assert f"judge {command}" in judge(command, "--help").stdout


def test_competitions_lists_what_each_has():
    lines = judge("competitions").stdout
    for words in ("icpc2015", "icpc2025", "8,418 published comparisons", "56,606 comparisons"):
        assert words in lines


def test_weights_lists_every_encoder(here):
    listed = judge("weights", "--weights-dir", "w")
    assert "dac: Descript Audio Codec 44.1 kHz (MIT)" in listed.stdout
    assert "not here: 307 MB" in listed.stdout
    table = json.loads(judge("weights", "--weights-dir", "w", "--format", "json").stdout)
    assert [row["encoder"] for row in table if row["here"]] == ["spectrogram", "controls"]
    assert [row["encoder"] for row in table if row["here"] is None] == ["hear:MODULE", "hf:NAME"]
    assert not Path("w").exists()


def test_weights_of_an_unknown_encoder_get_the_choices(here):
    result = judge("weights", "fetch", "mertt")
    assert result.exit_code == 2
    assert "did you mean 'mert'?" in result.stderr


def modules_after(*arguments):
    """Names of the top-level packages that a command loads."""
    code = (
        "import sys; from icpc.cli import app; app(standalone_mode=False); "
        "print('|'.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split("|"))


READS_TYPES = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions"}
READS_TYPES |= {"typing_inspection"}  # typer's, where they are installed


@pytest.mark.parametrize("arguments", [["--help"], ["rank", "--help"], ["--version"]])
def test_help_loads_only_typer_and_rich(arguments):
    code = "import sys, typer.main, typer.rich_utils; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    bare = {name.partition(".")[0] for name in done.stdout.split()}
    extra = modules_after(*arguments) - bare - READS_TYPES - sys.stdlib_module_names
    assert {name for name in extra if not name.startswith("_")} == {
        "icpc",
        "lazy_loader",
        "ranking",
    }


def test_numpy_of_the_command_has_one_thread():
    code = "import os, icpc.cli; print(os.environ['OPENBLAS_NUM_THREADS'])"
    for given, found in (("", "1"), ("4", "4")):
        own = {"OPENBLAS_NUM_THREADS": given} if given else {}
        others = {name: value for name, value in os.environ.items() if "_NUM_THREADS" not in name}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**others, **own},
        )
        assert done.stdout.strip() == found


def test_ranking_loads_no_torch_and_no_plots():
    assert not modules_after("rank", "--format", "csv") & {"torch", "torchaudio", "matplotlib"}


def test_bundled_data_is_enough_without_the_source_tree(here):
    """A roster copied elsewhere with its settings is a competition of one's own."""
    shutil.copytree(BUNDLED / "icpc2015", "copy")
    result = judge(
        "rank", "--roster", "copy/roster.csv", "--comparisons", "copy/comparisons.csv",
        "--format", "csv",
    )  # fmt: skip
    assert result.stdout == judge("rank", "--format", "csv").stdout
