"""Help is short panels, with the values of options and examples that work when pasted."""

import re
import shlex
from functools import partial
from pathlib import Path

import pytest
from shell import run
from typer.main import get_command
from typer.testing import CliRunner

from icpc.cli import app
from icpc.cli.choices import CHOICES, OPEN_CHOICES
from icpc.findings.glossary import GLOSSARY
from icpc.study.settings import RANGES, Settings
from ranking.comparisons.votes import VOTE_RULES
from ranking.encoders.registry import ENCODERS
from ranking.errors import RankingError
from ranking.evaluation.resampling import RESAMPLED
from ranking.judging.compare import Pairing
from ranking.methods.registry import METHODS

AFTER_DEMO = "Example, after judge demo:"
FETCH = ("judge fetch ", "judge weights fetch ")  # from the network
OWN = (  # files that the program does not come with
    *("--manifest FILE", "--panel FILE", "marks.xlsx", ".flac", "judge results ", "--switches"),
    "judge schedule --roster roster.csv",
)


def commands(words=(), command=None):
    """Every command by its words, those that have commands of their own among them."""
    command = command or get_command(app)
    yield words, command
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield from commands((*words, name), command.get_command(None, name))


COMMANDS = dict(commands())


def examples(command):
    """Its command lines, and whether each needs what judge demo writes."""
    paragraphs = [" ".join(text.split()) for text in re.split(r"\n\s*\n", command.help or "")]
    after_demo = False
    for text in paragraphs:
        after_demo = after_demo or text == AFTER_DEMO or " demo/" in text
        line = text.removeprefix("Example: ")
        if line.startswith("judge "):
            yield line, after_demo


EXAMPLES = {words: list(examples(command)) for words, command in COMMANDS.items()}
LINES = dict.fromkeys(one for lines in EXAMPLES.values() for one in lines)


def judge(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def shown(*words):
    """The help of a command, without frames and line breaks."""
    return " ".join(re.sub("[│╭╮╰╯─]", " ", judge(*words, "--help").stdout).split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_panel_has_more_than_twelve_options(words):
    panels: dict[str | None, int] = {None: 1}  # --help
    for parameter in COMMANDS[words].params:
        if not parameter.hidden:
            panel = getattr(parameter, "rich_help_panel", None)
            panels[panel] = panels.get(panel, 0) + 1
    assert max(panels.values()) <= 12, panels


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_begins_with_a_verb_and_shows_the_values_of_options(words, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    command = COMMANDS[words]
    text = shown(*words)
    assert re.match(r"[A-Z][a-z]+ ", command.help)
    for parameter in command.params:
        if parameter.name in CHOICES:
            values = [*CHOICES[parameter.name], *OPEN_CHOICES.get(parameter.name, ())]
            assert f"<{'|'.join(values)}>" in text or f": {', '.join(values)}." in text


def test_the_values_of_options_are_those_that_the_engine_knows():
    assert CHOICES["vote"] == VOTE_RULES
    assert CHOICES["resample"] == RESAMPLED
    assert CHOICES["ranges"] == RANGES
    assert list(CHOICES["method"]) == list(METHODS)
    assert list(CHOICES["encoder"]) == list(ENCODERS)
    for windows in CHOICES["windows"]:
        assert Pairing(windows).windows == windows
    for count in CHOICES["count"]:
        assert Settings("wins", count=count).count == count
    with pytest.raises(RankingError, match=f"choose {', '.join(CHOICES['count'])}$"):
        Settings(count="none")


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("ra", "rank"),
        ("rank --meth", "--method"),
        ("train exp", "expertise"),
        ("rank --method brad", "bradley-terry bradley-terry-order"),
        ("rank --competition icpc201", "icpc2015"),
        ("rank --recordings DIR --windows al", "aligned all"),
        ("rank --encoder basic", "basicpitch"),
        ("embed --encoder controls --encoder basic", "basicpitch"),
        ("rank --competition icpc2025 --round st", "stage1 stage2 stage3"),
        ("panel --round fi", "final"),
        ("rank --roster cup.csv --rounds a,b --panel m.csv --pool be", "best"),
        ("rank --unmarked l", "last"),
        ("rank --zeros a", "absent"),
        ("rank --vote me", "mean"),
        ("rank --count p", "paper"),
        ("rank --resample w", "windows"),
        ("rank --ranges j", "joint"),
        ("rank --precision b", "bfloat16"),
        ("rank --device cu", "cuda"),
        ("rank --format js", "json"),
        ("tables 3 --format mark", "markdown"),
        ("panel --table left", "left-out"),
        ("schedule --pairs s", "swiss"),
        ("fetch --collection pld-e", "pld-expertise"),
        ("evaluate mine.safetensors --split te", "test"),
        ("train expertise --encoder d", "dac"),
        ("train expertise --sampling ma", "matched"),
        ("weights fetch mert", "mert"),
        ("help null", "null-band"),
        ("help hitr", "hitrate"),
    ],
)
def test_the_shell_completes_commands_options_and_values(typed, completed):
    words = f"judge {typed}"
    environment = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    asked = {"_JUDGE_COMPLETE": "complete_bash", **environment}
    result = CliRunner().invoke(app, env=asked, prog_name="judge")
    assert result.stdout.split() == completed.split()


def test_rounds_of_a_roster_are_completed_from_the_settings_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = "judge rank --roster roster.csv --round fi"
    environment = {"COMP_WORDS": line, "COMP_CWORD": "5", "_JUDGE_COMPLETE": "complete_bash"}
    complete = partial(CliRunner().invoke, app, env=environment, prog_name="judge")
    assert complete().stdout.split() == []
    for text, rounds in (("rounds = 3", []), ('rounds = ["first", "final"]', ["first", "final"])):
        Path("competition.toml").write_text(text)
        assert complete().stdout.split() == rounds


@pytest.mark.parametrize(
    "plain",
    [
        ("rank", "--competition", "icpc2025", "--method", "win-rate", "--format", "csv"),
        ("tables", "1", "--format", "markdown"),
        ("panel", "--table", "agreement", "--round", "final", "--format", "json"),
        ("weights", "--format", "csv"),
    ],
)
def test_values_are_read_in_any_case(plain):
    mixed = [word if word.startswith("-") or word == "final" else word.title() for word in plain]
    expected = judge(*plain)
    assert expected.exit_code == 0
    assert judge(plain[0], *mixed[1:]).stdout == expected.stdout


def test_a_choice_of_a_task_is_read_in_any_case(tmp_path):
    words = ("--recordings", tmp_path, "--out", tmp_path / "a", "--manifest", tmp_path / "none")
    for sampling in ("Matched", "MATCHED"):
        result = judge("train", "expertise", *map(str, words), "--sampling", sampling)
        assert "no such choice" not in result.stderr
        assert "none: there is no such file" in result.stderr


def test_help_of_a_topic_is_a_term_in_plain_words_or_the_help_of_a_command():
    for name in ("rank", "train expertise", "weights fetch", "help"):
        assert judge("help", *name.split()).stdout == judge(*name.split(), "--help").stdout
    for term, meaning in GLOSSARY.items():
        for spelled in (term, term.upper(), term.replace("-", " ")):
            assert " ".join(judge("help", *spelled.split()).stdout.split()) == f"{term}: {meaning}"


def test_help_lists_its_topics():
    listed = " ".join(judge("help").stdout.split())
    assert all(name in listed for name in (*GLOSSARY, "rank", "train", "weights"))


@pytest.mark.parametrize(
    ("topic", "remedy"),
    [
        ("ranks", "did you mean rank or train or range? judge help lists all"),
        ("hit-rates", "did you mean hit-rate or hitrate? judge help lists all"),
        ("train nothing", "did you mean train? judge help lists all"),
        ("check x", "did you mean check? judge help lists all"),
        ("xyzzy", "judge help lists all"),
    ],
)
def test_an_unknown_topic_is_an_error_that_names_the_nearest(topic, remedy):
    result = judge("help", *topic.split())
    assert (result.exit_code, result.stdout) == (2, "")
    shown = f"judge: judge help {topic}: there is no such command or term; {remedy}\n"
    assert result.stderr == shown


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--competition", "ICPC1927", "no such competition is bundled"),
        ("--method", "Elo", "--method Elo: no such choice; choose bradley-terry"),
        ("--vote", "loudest", "--vote loudest: no such choice; choose majority, mean"),
        ("--count", "some", "--count some: no such choice; choose all, paper"),
        ("--resample", "pairs", "--resample pairs: no such choice; choose auto, windows"),
        ("--ranges", "both", "--ranges both: no such choice; choose each, joint"),
    ],
)
def test_other_values_are_refused_by_the_engine_with_what_to_do(option, value, words):
    result = judge("rank", option, value)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_with_options_that_there_are(words):
    if words != ("train",):  # a group alone, whose commands have them
        assert EXAMPLES[words]
    for line, _ in EXAMPLES[words]:
        program, *arguments = shlex.split(line)
        assert program == "judge"
        called = max(
            (one for one in COMMANDS if tuple(arguments[: len(one)]) == one and one), key=len
        )
        options = {option for one in COMMANDS[called].params for option in one.opts}
        assert {word for word in arguments if word.startswith("--")} <= options


@pytest.mark.slow
def test_examples_work_when_pasted_one_after_the_other(tmp_path, monkeypatch):
    """Those that need the network apart, and those that need it after judge demo."""
    monkeypatch.chdir(tmp_path)
    lines = [
        one
        for one in LINES
        if not one[0].startswith(FETCH) and not any(own in one[0] for own in OWN)
    ]
    lines.sort(key=lambda one: one[1])
    for line, _ in lines:
        done = run(line)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


@pytest.mark.parametrize("line", [one for one, _ in LINES if one.startswith("judge compare")])
def test_examples_of_two_rankings_are_made_by_the_lines_before_them(line):
    runs = [word for word in shlex.split(line) if word.startswith("runs/")]
    before = " ".join(one for one, _ in list(LINES)[: list(LINES).index((line, False))])
    assert all(f"--out {one}" in before for one in runs)


def test_embed_names_no_competition_that_it_would_not_take():
    """Without --competition it embeds every recording of a folder, or nothing."""
    assert "default: icpc2015" not in shown("embed")
    assert "default: icpc2015" in shown("rank")
