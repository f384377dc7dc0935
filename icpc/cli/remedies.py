"""What to type where an error says only what is wrong: options and commands that mend it.

Conventions
-----------
The engine's errors name no option. Their settings become options here; where typing something
mends an error, its ``key`` finds the words in :data:`REMEDIES`, filled in with the error's facts.
"""

from ranking.errors import Given, JudgeError

REMEDIES: dict[str, str] = {
    "folder-of-recordings": "bring them there, or say with --recordings DIR where they are",
    "split-or-folds": "give a column split, or --folds",
    "fewer-folds": "give fewer --folds",
    "levels-or-two-classes": "give levels, or --classes 2",
    "other-probe-or-encoder": "choose another probe, or --encoder {encoder}",
    "other-out": "choose another --out",
    "panel-run": "name a run made with --panel",
    "report-extra": "install what pages need: pip install 'judge[report]'",
    "embed": "make some: judge embed",
    "embed-with": "make it: judge embed --encoder {encoder}",
    "fetch-weights": "judge weights fetch {encoder}, or {by_hand}",
    "fewer-workers": "give fewer --workers and go on: what is done is kept",
    "other-store": "choose another --store",
    "no-ranker": "give one with --ranker FILE; judge train expertise makes one",
    "where-recorded": "say with --recordings DIR where",
    "fit-on": "add --fit-half or --folds",
    "one-encoder": "give it with one --encoder",
    "short-recording": "is this the whole recital? --min-seconds SECONDS allows shorter ones",
    "published-alone": "use it with --competition icpc2015 alone",
    "other-ranking": "give --out another folder, or leave out --method, --passing-score and --seed",
    "out-folder": "name a folder with --out",
    "make-run": "make one with judge rank --out DIR",
    "bundled-or-roster": "choose {bundled}, or give your own with --roster FILE",
    "recordings-alone": "fill in 'recording' with paths, or give --recordings DIR alone",
    "bring-recording": "bring it to {folder}, an address as {candidate}.flac (or mp3 …), or say "
    "with --recordings DIR where it is",
    "check-recordings": "check --recordings",
    "name-rounds": "name them in order, --rounds preliminary,stage1,final, or in a "
    "competition.toml beside the roster",
    "correct-rounds": "correct it, or give the rounds with --rounds",
    "no-round": "leave --round out",
    "name-comparisons": "give --comparisons FILE, --votes FILE or --panel FILE",
    "rank-by-win-rate": "rank --method win-rate",
    "give-votes": "give --votes FILE",
    "choose-round": "choose one with --round",
    "say-passing-score": "say with --passing-score which score means passed, or compare "
    "candidates of both kinds",
    "verify-store": "judge embed --verify finds and mends it",
}


def message(error: JudgeError) -> str:
    """Return an error in three parts: where, what is wrong, what to do."""
    where = error.where
    if isinstance(where, Given):
        alone = all(value is None for value in where.settings.values())
        where = where.written(_option, " and " if alone else " ")
    remedy = REMEDIES[error.key].format(**error.facts) if error.key else error.remedy
    return f"{where}: {error.what}; {remedy}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
