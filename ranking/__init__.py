"""The engine: from verdicts on pairs of candidates to one order, and how far to trust it.

Candidates are plain strings here; which competition they played, and what became of them, is not
this package's business: results enter only as columns to hold a finished ranking against.
"""
