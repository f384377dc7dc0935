"""Errors name no option, and the command line knows what to type for each."""

import ast
import string
from pathlib import Path

import pytest

from icpc.cli.remedies import REMEDIES, message
from ranking.errors import Given, JudgeError

ROOT = Path(__file__).parents[3]
BUILTIN = {"where", "what", "remedy", "key"}


def raised() -> list[tuple[str, set[str]]]:
    """Every key that an error of the program is made with, and the names of its facts."""
    found = []
    for room in ("icpc", "ranking", "plots"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if called.endswith("Error") or called == "write_error":
                    named = {one.arg: one.value for one in node.keywords if one.arg}
                    fourth = node.args[3] if len(node.args) > 3 and called[0].isupper() else None
                    given = named.get("key", fourth)
                    facts = set(named) - BUILTIN
                    branches = [given] if given is not None else []
                    if isinstance(given, ast.IfExp):
                        branches = [given.body, given.orelse]
                    keys = [ast.literal_eval(one) for one in branches]
                    found += [(key, facts) for key in keys if key]
    return found


def test_every_key_has_its_words_and_all_words_are_needed():
    assert {key for key, _ in raised()} == set(REMEDIES)


def test_words_are_filled_in_from_the_facts():
    for key, facts in raised():
        fields = {name for _, name, _, _ in string.Formatter().parse(REMEDIES[key]) if name}
        assert fields <= facts, key


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("roster.csv, line 14", "roster.csv, line 14"),
        (Given(passing_score=2), "--passing-score 2"),
        (Given(fit_half=None, folds=None), "--fit-half and --folds"),
        (Given(count="paper", method="wins"), "--count paper --method wins"),
    ],
)
def test_settings_are_named_as_options(where, shown):
    assert message(JudgeError(where, "what", "remedy")) == f"{shown}: what; remedy"


def test_what_to_type_replaces_the_engines_remedy():
    error = JudgeError("store", "gone", "make it", key="embed-with", encoder="dac")
    assert str(error) == "store: gone; make it"
    assert message(error) == "store: gone; make it with judge embed --encoder dac"
