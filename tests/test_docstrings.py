"""Docstrings say what each parameter and field is, and the functions called first show how."""

import doctest
import re
from importlib import import_module

import docstrings
import pytest

SAY_ALL = re.findall(  # names of fields that need no line
    r"\w+",
    """
    name path folder url title version seed device licence value low high p tau auc
    dropout epoch epochs kernel stride padding head encoder store dimension classes
    candidates comparisons votes marks roster ranking competition study settings remarks sentence
    """,
)
FIRST = (  # what somebody who has just installed the program calls
    "icpc.load_competition",
    "icpc.load_comparisons",
    "icpc.rank",
    "icpc.hit_rate",
    "icpc.check",
    "icpc.compare",
    "ranking.count_comparisons",
    "ranking.rank_candidates",
    "ranking.pair_accuracy",
    "ranking.load_encoder",
)
FRAGMENT = re.compile(r"(of|whose|that)\b", re.IGNORECASE)
"""What a phrase does not begin with: hovering shows it without what it would go on from."""
FUNCTIONS = [one for one in docstrings.public_functions() if not docstrings.overrides(one)]


def is_command(function):
    """Whether its docstring is the help of a command, where each option has its own."""
    return "icpc/cli/" in function.where and "Example: judge" in function.docstring


def test_every_parameter_of_a_public_function_with_more_than_two_is_described():
    missing = [
        f"{one.where}: {', '.join(sorted(set(one.parameters) - one.described.keys()))}"
        for one in FUNCTIONS
        if one.many and not is_command(one) and set(one.parameters) - one.described.keys()
    ]
    assert not missing, "\n".join([f"{len(missing)} functions", *missing])


def test_no_docstring_describes_a_parameter_that_there_is_not():
    for one in docstrings.public_functions():
        more = one.described.keys() - set(one.parameters)
        assert not more, f"{one.where}: {more}"


def known(name, lines):
    """Whether a name says all, or the line of its pair does: of cut_low, that of cut_high."""
    return name in SAY_ALL or lines.get(name.removesuffix("low") + "high")


def test_every_field_of_a_public_dataclass_has_a_line():
    missing = []
    for one in docstrings.dataclasses():
        bare = [name for name, line in one.lines.items() if not line and not known(name, one.lines)]
        if bare:
            missing.append(f"{one.where}: {', '.join(bare)}")
    assert not missing, "\n".join([f"{len(missing)} dataclasses", *missing])


def test_what_documents_a_field_or_a_parameter_is_a_phrase_of_its_own():
    documented = [
        *((one.where, one.described) for one in docstrings.public_functions()),
        *((one.where, one.lines) for one in docstrings.dataclasses()),
    ]
    fragments = [
        f"{where}, {name}: {line}"
        for where, lines in documented
        for name, line in lines.items()
        if FRAGMENT.match(line)
    ]
    assert not fragments, "\n".join([f"{len(fragments)} fragments", *fragments])


@pytest.mark.parametrize("name", FIRST)
def test_a_function_that_is_called_first_has_an_example_that_is_right(name):
    package, _, function = name.rpartition(".")
    (example,) = doctest.DocTestFinder(recurse=False).find(
        getattr(import_module(package), function), name, globs={}
    )
    assert example.examples, "no example"
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    output: list[str] = []
    doctest.DocTestRunner(optionflags=flags).run(example, out=output.append)
    assert not output, "".join(output)
