"""One HTML page that needs nothing else: no network, no other file.

Conventions
-----------
Text goes through Jinja's autoescape, data through JSON in a script element that does not run; what
names contain is never markup. The page's content security policy forbids every request, and every
script but its own, which it allows by their hashes. Equal content gives equal bytes.
"""

import json
import math
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from plots.page.encode import csp_script_hash, gzip_base64, script_safe_json
from plots.style import Palette, palette, plot_style, render_figure, tier_colours

HERE = Path(__file__).parent
LIBRARIES = ("d3.min.js", "plot.umd.min.js", "dataTables.min.js")
LICENCES = {"D3": "d3", "Observable Plot": "plot", "DataTables": "datatables"}
SCRIPTS = (
    "data",
    "fold",
    "readout",
    "charts",
    "picture",
    "marks",
    "matrix",
    "upsets",
    "candidate",
    "page",
)


def render_page(
    content: Mapping[str, Any], data: Mapping[str, Any], files: Mapping[str, tuple[str, int]]
) -> str:
    """Return the page, as HTML.

    Parameters
    ----------
    content
        What the template ``page.html`` shows, by name, as :mod:`icpc.page.page` makes it.
    data
        What the scripts draw, by name; the template shows ``candidates`` and ``kinds`` too.
    files
        Text and number of rows of each file to download from the page, by name.
    """
    scripts = [_read(HERE / "vendor" / name) for name in LIBRARIES]
    scripts.append("\n".join(_read(HERE / f"{name}.js") for name in SCRIPTS))
    tiers = (curve["tiers"] for curve in data["curves"] if curve["tiers"])
    families = {"kind": tuple(data["kinds"]), "tier": next(tiers, ())}
    packed = {name: gzip_base64(text) for name, (text, _) in files.items()}
    template = _environment().get_template("page.html")
    return template.render(
        content,
        candidates=data["candidates"],
        place_of={one["candidate"]: at for at, one in enumerate(data["candidates"])},
        kinds=data["kinds"],
        upsets=data["upsets"],
        has_results=any(one["kind"] >= 0 for one in data["candidates"]),
        has_countries=any(one["country"] for one in data["candidates"]),
        has_ranges=any(one["rank_low"] == one["rank_low"] for one in data["candidates"]),
        passing=data["passing"],
        plays=any(one.get("played") for one in data["candidates"]),
        files={name: (rows, len(text.encode())) for name, (text, rows) in files.items()},
        record_text=json.dumps(content["record"], indent=2, ensure_ascii=False),
        data=script_safe_json({**data, "files": packed}),
        css=_colours(families) + _read(HERE / "page.css"),
        scripts=scripts,
        policy=" ".join(f"'{csp_script_hash(script)}'" for script in scripts),
        licences={name: _read(HERE / "vendor" / f"LICENSE-{of}") for name, of in LICENCES.items()},
    )


def render_results_page(content: Mapping[str, Any]) -> str:
    """Return the page of results of probes, as HTML; it has no script.

    Parameters
    ----------
    content
        What the template ``results.html`` shows, by name, as :mod:`icpc.experiments.page` makes it.
    """
    template = _environment().get_template("results.html")
    return template.render(
        content, css=_colours({}) + _read(HERE / "page.css"), policy="'none'", plays=False
    )


def image_address(figure: Figure) -> str:
    """Return a figure as an address that holds all of it, for an image of a page."""
    picture = b64encode(render_figure(figure, "svg")).decode("ascii")
    return f"data:image/svg+xml;base64,{picture}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"known": _known, "number": _number, "typeset": _typeset}
    return environment


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _number(value: float, form: str = "g") -> str:
    """A number as text, a dash if it is missing."""
    return "–" if math.isnan(value) else format(value, form).replace("-", "−")


def _known(value: float | None, form: str) -> str:
    """A number as text, a dash if there is none."""
    return _number(math.nan if value is None else value, form)


def _typeset(text: str) -> str:
    """Text with true minus signs, whose numbers and names stay with what they belong to."""
    text = re.sub(r"\b[Bb]radley[-–][Tt]erry\b(?!-)", "Bradley\u2060–\u2060Terry", text)
    text = re.sub(r"(?<![\w-])-(?=\d)", "−", text)
    return text.replace(" %", "\u00a0%").replace("p = ", "p\u00a0=\u00a0")


def _colours(families: Mapping[str, tuple[str, ...]]) -> str:
    """The colours of :mod:`plots.style` as custom properties, in light and in dark mode."""
    with plot_style(dark=False):
        light = _properties(palette(), families)
    with plot_style(dark=True):
        dark = _properties(palette(), families)
    return (
        f":root {{ {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )


def _properties(colours: Palette, families: Mapping[str, tuple[str, ...]]) -> str:
    named = {
        name: getattr(colours, name)
        for name in ("paper", "ink", "quiet", "band", "accent", "won", "even", "lost")
    }
    for family, tiers in families.items():
        named |= {f"{family}-{at}": one for at, one in enumerate(tier_colours(tiers).values())}
    return " ".join(f"--{name}: {value};" for name, value in named.items())
