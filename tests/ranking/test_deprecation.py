"""Old names are read as today's, with one warning that names them."""

import warnings

import pytest

from ranking.deprecation import UNTIL, RenamedWarning, warn_renamed, with_new_names


@pytest.fixture
def caught():
    """Warnings, in the order that they were given."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found


def messages(caught):
    return [str(one.message) for one in caught]


def test_values_get_todays_names_in_their_order_with_one_warning(caught):
    values = {"by": "wins", "seed": 3, "least": 10}
    found = with_new_names("run.json", values, {"by": "method", "least": "min_seconds"})
    assert list(found.items()) == [("method", "wins"), ("seed", 3), ("min_seconds", 10)]
    assert values == {"by": "wins", "seed": 3, "least": 10}
    assert messages(caught) == [
        "run.json: 'by' is now 'method', 'least' is now 'min_seconds'. "
        f"Old names are read until version {UNTIL}."
    ]
    assert caught[0].category is RenamedWarning


def test_todays_names_pass_without_a_warning(caught):
    values = {"method": "wins", "other": 1}
    assert with_new_names("run.json", values, {"by": "method"}) == values
    assert messages(caught) == []


def test_a_new_name_wins_over_the_old_one(caught):
    found = with_new_names("run.json", {"by": "old", "method": "new"}, {"by": "method"})
    assert found["method"] == "new"
    assert messages(caught) == []


def test_names_within_values_are_renamed_too(caught):
    values = {"heard": {"note": "x", "settings": {"rate": 1}}, "plain": 3}
    found = with_new_names(
        "run.json",
        values,
        {"heard": "provenance"},
        {
            "provenance": {"note": "remark"},
            "provenance.settings": {"rate": "learning_rate"},
            "plain": {"a": "b"},
            "missing": {"a": "b"},
        },
    )
    assert found == {"provenance": {"remark": "x", "settings": {"learning_rate": 1}}, "plain": 3}
    assert values["heard"] == {"note": "x", "settings": {"rate": 1}}
    (message,) = messages(caught)
    for old in ("heard", "note", "rate"):
        assert f"'{old}' is now" in message


def test_nothing_is_said_of_no_names(caught):
    warn_renamed("a.csv", [])
    assert messages(caught) == []
