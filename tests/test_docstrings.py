"""Docstrings say what each parameter and field is, and the functions called first show how."""

import ast
import re

import docstrings
import pytest

FEW = 2  # parameters that a first line can explain
SAY_ALL = set(  # names of fields that need no line
    "name path folder url title version seed device dropout epoch epochs low high value p "
    "candidates comparisons votes marks roster ranking competition study settings encoder store "
    "remarks sentence outcome".split()
)
FRAGMENT = re.compile(r"(of|whose|that|which)\b", re.IGNORECASE)
"""What a phrase does not begin with: hovering shows it without what it would go on from."""
FUNCTIONS = [one for one in docstrings.public_functions() if not docstrings.overrides(one)]


def is_command(function):
    """Whether its docstring is the help of a command, where each option has its own."""
    return "icpc/cli/" in function.where and "Example: judge" in function.docstring


def test_every_parameter_of_a_public_function_with_more_than_two_is_described():
    missing = [
        f"{one.where}: {', '.join(sorted(set(one.parameters) - one.described.keys()))}"
        for one in FUNCTIONS
        if len(one.parameters) > FEW and not is_command(one)
        if set(one.parameters) - one.described.keys()
    ]
    assert not missing, "\n".join([f"{len(missing)} functions", *missing])


def test_no_docstring_describes_a_parameter_that_there_is_not():
    for one in docstrings.public_functions():
        more = one.described.keys() - set(one.parameters)
        assert not more, f"{one.where}: {more}"


def test_every_field_of_a_public_dataclass_has_a_line():
    missing = [
        f"{one.where}: {', '.join(bare)}"
        for one in docstrings.dataclasses()
        if (bare := [name for name, line in one.fields.items() if not line and not known(name, one)])
    ]
    assert not missing, "\n".join([f"{len(missing)} dataclasses", *missing])


def known(name, one):
    """Whether a field's name says all, or the line of its pair does: of cut_low, that of cut_high."""
    return name in SAY_ALL or one.fields.get(name.removesuffix("low") + "high")
