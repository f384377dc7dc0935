"""Terms of the page and of help, each in plain sentences: one source for all."""

GLOSSARY = {
    "range": "The ranks that a candidate could well have: repeated with other comparisons of the "
    "same kind, 95 of 100 such ranges would hold the rank. It says how stable this ranking is, not "
    "whether it is right.",
    "probability": "How probable it is, given these comparisons, that a candidate is really first "
    "in the order that more and more comparisons of this kind would give. Of near equals it is a "
    "rough number.",
    "result": "What actually came of the competition: the last round that each candidate reached.",
    "random judge": "A simulated ranker whose preferences have nothing to do with the result, "
    "given the same pairs. A ranking that is no nearer to the result than many of them cannot "
    "be told from chance.",
    "null band": "Where 95 of 100 random judges are.",
    "p": "How often random judges, or results permuted over the candidates, give a number as far "
    "from chance as this one. Below 0.05 is called significant. It is corrected where several "
    "questions of one kind are asked.",
    "strength": "A number for each candidate: the larger the difference between two, the more "
    "probable it is that the one beats the other.",
    "hit-rate": "Of the candidates at or above a place in the ranking, the share who passed.",
    "upset": "Someone beat, in most of their comparisons, a candidate who got further.",
    "cycle": "Each beat the next, and the last beat the first: no ranking agrees with all of them.",
    "calibration": "Whether what was predicted with 70 % came true in 70 of 100 cases.",
    "control": "A simple rule that never listens, given the same pairs: what it reaches says how "
    "much of the agreement needs no ear.",
    "severity": "How far below the other jurors a juror marks the same candidates.",
}
"""What each term means, by the term."""
