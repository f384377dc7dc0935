from .checks import check_study
from .compare import NamedRanking, compare_rankings, paired_table, rankings_of
from .finding import Finding, Findings, Outcome

__all__ = [
    "Finding",
    "Findings",
    "NamedRanking",
    "Outcome",
    "check_study",
    "compare_rankings",
    "paired_table",
    "rankings_of",
]
