"""Names of findings in plain words, for readers who know no statistics.

The name of a finding is the term of the literature; it stays in small print beside the plain one.
"""

from icpc.findings.finding import FOLLOWED, Finding

PLAIN_NAMES = {
    "pair_accuracy": "How often comparisons went to the one who got further",
    "macro_f1": "The same, as the paper reports it",
    "tau_b": "Agreement of the ranking with the result",
    "rounds": "The top of the ranking and the rounds",
    "somers_d": "Pairs in the order of the result, less those against it",
    "auc": "How often someone who passed is ranked above someone who did not",
    "juror_agreement": "How often each juror agrees with the result",
    "order_agreement": "The same winner in both orders of a pair",
    "first_preference": "Preference for the first of a pair",
    "order_effect": "What coming first in a pair is worth",
    "circular_triads": "A beats B, B beats C, C beats A",
    "feedback_arcs": "Wins against the ranking",
    "concordance": "Agreement among the jurors",
    "connected_groups": "Whether wins lead from everyone to everyone",
    "schedule": "Who was compared with whom",
    "model_fit": "How well one strength each explains the comparisons",
    "neighbours": "How far neighbours in the ranking are apart",
    "control_length": "Always preferring the longer recording",
    "control_appearance": "Always preferring the later appearance",
    "control_roster": "Always preferring the later line of the roster",
}
"""Plain names of findings whose key is always the same."""
BY_BEGINNING = {
    "accuracy_at_distance_": ("accuracy at distance ", "The same for candidates at distance "),
    "passed_into_": ("passed into ", "The top of the ranking and who passed into "),
    "control_coin_flips_by_": ("control: coin flips by ", "Coin flips instead of comparisons, by "),
}
"""Beginning of the name, and what stands for it, of findings of which there are several."""


def plain_name(finding: Finding) -> str:
    """Return the name of a finding in plain words, its own where there is no plainer one."""
    if finding.key in PLAIN_NAMES:
        return PLAIN_NAMES[finding.key]
    for key, (name, plain) in BY_BEGINNING.items():
        if finding.key.startswith(key):
            return plain + finding.name.removeprefix(name)
    if finding.family == FOLLOWED:
        return f"Whether the ranking follows {finding.heading or finding.name}"
    return finding.name[:1].upper() + finding.name[1:]
