"""What to type where an error says only what is wrong: options and commands that mend it.

Conventions
-----------
The engine's errors name no option. Their settings become options here; where typing something
mends an error, its ``key`` finds the words in :data:`REMEDIES`, filled in with the error's facts.
"""

from ranking.errors import Given, JudgeError

REMEDIES: dict[str, str] = {
    "panel-run": "name a run made with --panel",
    "report-extra": "install what pages need: pip install 'judge[report]'",
    "embed": "make some: judge embed",
    "embed-with": "make it: judge embed --encoder {encoder}",
    "fetch-weights": "judge weights fetch {encoder}, or {by_hand}",
    "fewer-workers": "give fewer --workers and go on: what is done is kept",
    "other-store": "choose another --store",
    "verify-store": "judge embed --verify finds and mends it",
}


def message(error: JudgeError) -> str:
    """Return an error in three parts: where, what is wrong, what to do."""
    where = error.where
    if isinstance(where, Given):
        where = where.written(_option)
    remedy = REMEDIES[error.key].format(**error.facts) if error.key else error.remedy
    return f"{where}: {error.what}; {remedy}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
