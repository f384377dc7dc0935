"""What to type to correct an error: options and commands that the engine does not know.

Conventions
-----------
The engine's errors name no option. Their settings become options here; where typing something
helps, the error's ``key`` finds the words in :data:`REMEDIES`, filled in with the error's facts.
"""

from ranking.errors import Given, JudgeError

REMEDIES: dict[str, str] = {
    "folder-of-recordings": "copy them there, or name their folder with --recordings DIR",
    "labelled-recordings": "give --manifest FILE and --recordings DIR; or, of a preference probe, "
    "--panel FILE or --comparisons FILE",
    "fetch-collection": "fetch it there: judge fetch --collection {collection} --out DIR",
    "one-manifest": "name a file with --manifest, or a collection with --collection",
    "manifest-or-judgements": "name a file of marks with --panel, one of comparisons with "
    "--comparisons, or either with --manifest",
    "leave-out-bad": "mend them, or leave them out with --skip-bad",
    "split-or-folds": "add a column split, or --folds",
    "fewer-folds": "use fewer --folds",
    "levels-or-two-classes": "write levels, or use --classes 2",
    "other-probe-or-encoder": "choose another probe, or --encoder {encoder}",
    "other-out": "choose another --out",
    "panel-run": "name a run made with --panel",
    "report-extra": "install what pages need: pip install 'judge[report]'",
    "embed": "make them with judge embed",
    "embed-with": "make it with judge embed --encoder {encoder}",
    "fetch-weights": "judge weights fetch {encoder}, or {by_hand}",
    "own-weights": "judge weights fetch {encoder} gets the published one; name your own with "
    "--weights FILE",
    "name-encoder": "add --encoder with what you know by the name {encoder}",
    "weights-of-module": "name what it needs with --weights FILE, or correct the module",
    "fewer-workers": "use fewer --workers and run it again: what is done is cached",
    "start-workers": "start some with dask worker and its address, and run it again: what is done "
    "is cached",
    "start-gpu-workers": "start one for each GPU with dask worker --nthreads 1 --resources GPU=1 "
    "and its address, and run it again: what is done is cached; or choose --device cpu",
    "fewer-or-cpu": "start fewer with --cluster-workers, or choose --device cpu",
    "same-command": "start it again if it has ended, and run the same command: what is done is "
    "cached",
    "more-memory": "start workers with more memory, or fewer of them, and run the same command: "
    "what is done is cached",
    "equal-workers": "end this worker, or start it with the same packages and OMP_NUM_THREADS, on "
    "such a device, where --store is the same folder or address",
    "leave-out-recording": "leave it out with --skip-bad, or embed it without --scheduler or "
    "--cluster-workers and see what it needs (more memory?)",
    "other-store": "choose another --store",
    "storage-extra": "install it: pip install 'judge[storage]'",
    "store-again": "see whether it can be reached from here (AWS_ENDPOINT_URL, where it is not "
    "Amazon's), and give the same command again: what is stored is not computed again",
    "store-cache": "name a folder of copies with JUDGE_STORE_CACHE",
    "other-weights-dir": "choose another --weights-dir",
    "no-home": "name a folder with --weights-dir, or set HOME",
    "own-probe": "give one with --probe FILE; judge train {task} makes one",
    "no-ranker": "name one with --ranker FILE; judge train expertise makes one",
    "where-recorded": "name their folder with --recordings DIR",
    "fit-on": "add --fit-half or --folds",
    "fit-in-folds": "use it with --folds; elsewhere p-values need no repetition",
    "one-encoder": "use it with one --encoder",
    "short-recording": "{wanted}: is this the whole recital? --min-seconds SECONDS allows shorter "
    "ones",
    "published-alone": "use it with --competition icpc2015 alone",
    "other-ranking": "name another folder with --out, or leave out --method, --ranges, "
    "--passing-score and --seed",
    "out-folder": "name a folder with --out",
    "give-run": "name one with --run DIR",
    "make-run": "make one with judge rank --out DIR",
    "bundled-or-roster": "choose {bundled}, or read your own with --roster FILE",
    "recordings-alone": "fill in 'recording' with paths, or use --recordings DIR without a roster",
    "allow-cut": "get the file again, or take what there is of it with --allow-cut",
    "copy-recording": "copy it to {folder} (where the roster has an address, as {candidate}.flac, "
    ".mp3 …), or name its folder with --recordings DIR",
    "name-recordings": "name the files by ids or names, list whose they are with --index FILE, or "
    "go on without them with --skip-bad",
    "check-recordings": "check --recordings",
    "allow-outside": "copy it there, or allow it with --allow-outside",
    "name-rounds": "name them in order, --rounds preliminary,stage1,final, or in a "
    "competition.toml beside the roster",
    "correct-rounds": "correct it, or name the rounds with --rounds",
    "no-marks": "leave --round and the options of marks out, or name a file with --panel",
    "name-panel": "name a file of marks with --panel FILE, or use --competition icpc2025",
    "choose-pairs": "add --pairs swiss, active or random",
    "name-candidates": "name the candidates with --roster FILE",
    "name-comparisons": "name a file with --comparisons, --votes or --panel",
    "rank-by-win-rate": "use --method win-rate",
    "rank-by-strengths": "use --method bradley-terry",
    "ranges-of-each": "use --ranges each",
    "give-votes": "name a file with --votes",
    "choose-round": "choose one with --round, or several, comma-separated, which --pool pools",
    "say-zeros": "say what a zero is: --zeros absent (no mark) or --zeros marks",
    "say-unmarked": "give the mark, or write recused = yes, or say what an unmarked candidate is: "
    "--unmarked ignore or --unmarked last",
    "give-results": "give a roster with --roster FILE, and fill in its 'reached' or 'score'",
    "map-columns": "say which are meant, such as --columns "
    "first=model_a,second=model_b,winner=vote, or rename the others",
    "name-kind": "name it as what it is: --comparisons, --votes, --panel or --roster",
    "pool-additive": "use --pool additive, which allows for that, or choose fewer with --round",
    "say-passing-score": "set --passing-score to the lowest score that means passed, or "
    "compare candidates of both kinds",
    "verify-store": "find and remove damaged files with judge embed --verify",
}


def message(error: JudgeError) -> str:
    """Return an error in three parts: where, what is wrong, what to do."""
    where = error.where
    if isinstance(where, Given):
        alone = all(value is None for value in where.settings.values())
        where = where.describe(_option, " and " if alone else " ")
    remedy = REMEDIES[error.key].format(**error.facts) if error.key else error.remedy
    return f"{where}: {error.what}; {remedy}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
