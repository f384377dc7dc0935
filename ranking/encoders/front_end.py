"""Options of front ends as people write them: ``log=no``, ``sample_rate=32000``.

Conventions
-----------
An option may be written for several encoders at once; each takes those that it has.
"""

from collections.abc import Sequence

from ranking.encoders.spec import EncoderSpec, Options
from ranking.errors import EncoderError, Given
from ranking.files.text import closest

TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def chosen_options(
    specs: Sequence[EncoderSpec], written: Sequence[str], as_published: bool = False
) -> list[dict[str, bool | float]]:
    """Return, for each encoder, the options that differ from its default.

    Parameters
    ----------
    written : ``NAME=VALUE`` each
    as_published : whether to start from the values of the paper's release

    Raises
    ------
    EncoderError
        If an option is none of any of the encoders, or its value is of another kind.
    """
    pairs = [_pair(text) for text in written]
    for name, _ in pairs:
        known = sorted({option for spec in specs for option in spec.options})
        if name not in known:
            raise EncoderError(
                Given(front_end=name),
                f"no such option of {', '.join(spec.name for spec in specs)}{closest(name, known)}",
                f"choose {', '.join(known)}",
            )
    return [_of(spec, pairs, as_published) for spec in specs]


def written(options: Options) -> str:
    """Return options as :func:`chosen_options` reads them, parted by spaces."""
    words = {True: "yes", False: "no"}
    return " ".join(
        f"{name}={words[value] if isinstance(value, bool) else f'{value:g}'}"
        for name, value in sorted(options.items())
    )


def _of(
    spec: EncoderSpec, pairs: Sequence[tuple[str, str]], as_published: bool
) -> dict[str, bool | float]:
    chosen = dict(spec.as_published) if as_published else {}
    chosen |= {
        name: _value(name, text, spec.options[name]) for name, text in pairs if name in spec.options
    }
    return {name: value for name, value in chosen.items() if value != spec.options[name]}


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise EncoderError(Given(front_end=text), "no value in it", "write NAME=VALUE, log=no say")
    return name.strip().lower(), value.strip().lower()


def _value(name: str, text: str, default: bool | float) -> bool | float:
    """The value in the type of the option's default."""
    try:
        if isinstance(default, bool):
            return TRUTH[text]
        return type(default)(text)
    except (KeyError, ValueError):
        kind = {bool: "yes or no", int: "a whole number"}.get(type(default), "a number")
        raise EncoderError(
            Given(front_end=f"{name}={text}"), "a value of another kind", f"write {kind}"
        ) from None
