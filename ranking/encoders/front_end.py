"""Options of front ends as people write them: ``log=no``, ``sample_rate=32000``.

Conventions
-----------
An option may be given for several encoders at once; each takes those that it has. Options of
version 0.1.0 are read under their old names too, with a warning.
"""

from collections.abc import Sequence

from ranking.deprecation import warn_renamed
from ranking.encoders.spec import RENAMED_OPTIONS, EncoderSpec, FrontEndOptions
from ranking.errors import EncoderError, Given
from ranking.files.text import did_you_mean

YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def parse_front_end_options(
    specs: Sequence[EncoderSpec], texts: Sequence[str], as_published: bool = False
) -> list[dict[str, bool | float]]:
    """Return, for each encoder, the options that differ from its default.

    Parameters
    ----------
    specs : the encoders
    texts : options as people write them, each ``NAME=VALUE``
    as_published : whether to start from the values of the paper's release

    Raises
    ------
    EncoderError
        If no encoder has an option of that name, or its value is of another kind.
    """
    known = sorted({option for spec in specs for option in spec.options})
    given = [_split(text) for text in texts]
    old = {name: RENAMED_OPTIONS[name] for name, _ in given if name in RENAMED_OPTIONS}
    old = {name: new for name, new in old.items() if name not in known}
    warn_renamed("front end", old.items())
    pairs = [(old.get(name, name), value) for name, value in given]
    for name, _ in pairs:
        if name not in known:
            names = ", ".join(spec.name for spec in specs)
            raise EncoderError(
                Given(front_end=name),
                f"no such option of {names}{did_you_mean(name, known)}",
                f"choose {', '.join(known)}",
            )
    return [_of(spec, pairs, as_published) for spec in specs]


def format_front_end_options(options: FrontEndOptions) -> str:
    """Return options as :func:`parse_front_end_options` reads them, separated by spaces."""
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


def _split(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise EncoderError(
            Given(front_end=text), "it has no value", "write NAME=VALUE, such as log=no"
        )
    return name.strip().lower(), value.strip().lower()


def _value(name: str, text: str, default: bool | float) -> bool | float:
    """The value, as the type of the option's default."""
    try:
        if isinstance(default, bool):
            return YES_OR_NO[text]
        return type(default)(text)
    except (KeyError, ValueError):
        kind = {bool: "yes or no", int: "a whole number"}.get(type(default), "a number")
        raise EncoderError(
            Given(front_end=f"{name}={text}"), "the value is of another kind", f"write {kind}"
        ) from None
