"""How far to trust a ranking: every check in a sentence with its number.

Conventions
-----------
Each finding says what was found either way, and means what :mod:`ranking.significance`,
:mod:`ranking.coherence` and :mod:`ranking.hitrate` define. What a study does not have (results,
both orders, recording lengths) is left out with a finding that says so. p-values are two-sided;
the last line corrects the smallest for their number (Holm 1979).
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icpc.study import Study
from ranking.aggregate import bradley_terry, count_wins, win_rate
from ranking.coherence import (
    Triads,
    back_arcs,
    count_triads,
    first_position_share,
    order_agreement,
    position_term,
)
from ranking.hitrate import area_under_roc
from ranking.noskill import coin, no_skill
from ranking.panel import juror_agreement
from ranking.schedule import follows_result
from ranking.significance import (
    Estimate,
    accuracy_by_distance,
    control_accuracy,
    macro_f1,
    pair_accuracy,
    somers_d,
    tail_p,
    tau_b,
)
from ranking.tables import FINDINGS

Finding = tuple[str, float, float, float, float, str]
NAN = float("nan")


def check_study(study: Study) -> pd.DataFrame:
    """Return the FINDINGS table of a study."""
    findings = list(_against_result(study)) + list(_coherence(study)) + list(_controls(study))
    table = pd.DataFrame(findings, columns=list(FINDINGS))
    p = table["p"].dropna()
    if len(p) > 1:
        smallest = min(1.0, float(p.min()) * len(p))
        words = (
            f"{len(p)} checks give a p; chance alone would put {0.05 * len(p):.1f} of them below "
            f"0.05. The smallest, corrected for their number (Holm), is {smallest:.2g}: "
            + ("it stands." if smallest < 0.05 else "none of them proves anything by itself.")
        )
        table.loc[len(table)] = ("many checks", NAN, NAN, NAN, smallest, words)
    return table


def _against_result(study: Study) -> Iterator[Finding]:
    """Accuracy of the verdicts, and agreement of the ranking with the rounds."""
    score = study.results["score"].to_numpy(dtype=float)
    known = ~np.isnan(score)
    if len(np.unique(score[known])) < 2:
        yield _words(
            "result", "Results are unknown or all alike: nothing to hold the ranking against."
        )
        return
    yield _accuracy(study, score)
    yield from _by_distance(study, score)
    yield _f1(study, score)
    yield from _ranking_against_rounds(study, score, known)
    if "juror" in study.verdicts.comparisons:
        yield _jurors(study)


def _accuracy(study: Study, score: np.ndarray) -> Finding:
    estimate = pair_accuracy(study.counted, score, study.settings.seed)
    verdict = (
        "That is better than a judge without skill."
        if estimate.p < 0.05 and estimate.value > 0.5
        else "That is worse than a judge without skill."
        if estimate.p < 0.05
        else "A judge without skill would often do as well."
    )
    words = (
        f"Of {estimate.pairs:,.0f} comparisons between candidates of unequal result, "
        f"{_percent(estimate.value)} went to the one who got further {_interval(estimate)}; with "
        f"results dealt out at random, p = {estimate.p:.2g}. {verdict}"
    )
    return _finding("pair accuracy", estimate, words)


def _by_distance(study: Study, score: np.ndarray) -> Iterator[Finding]:
    distances = accuracy_by_distance(study.counted, score, study.settings.seed)
    for distance, estimate in list(distances.items())[:8]:
        words = (
            f"Candidates {distance:g} {'round' if distance == 1 else 'rounds'} apart: "
            f"{_percent(estimate.value)} right {_interval(estimate)} of {estimate.pairs:,.0f}"
            + (", no clearer than a toss." if estimate.low <= 0.5 <= estimate.high else ".")
        )
        yield _finding(f"accuracy at distance {distance:g}", estimate, words)
    if len(distances) > 8:
        yield _words("accuracy by distance", f"{len(distances) - 8} larger distances not shown.")


def _f1(study: Study, score: np.ndarray) -> Finding:
    if not _both_orders(study):
        return _words(
            "F1", "Pairs stand in one order only, so an F1 over 'first' and 'second' means nothing."
        )
    value = macro_f1(study.counted, score)
    words = (
        f"Macro F1 over 'the first is better' and 'the second is better', as in Table 4: "
        f"{value:.4f}."
    )
    return ("F1", value, NAN, NAN, NAN, words)


def _ranking_against_rounds(
    study: Study, score: np.ndarray, known: np.ndarray
) -> Iterator[Finding]:
    """Tau-b, Somers' D, AUC and the number of candidates put into each round."""
    strength = study.ranking.set_index("candidate").loc[study.counted.candidates, "strength"]
    own, result = strength.to_numpy()[known], score[known]
    chance = no_skill(study.counted, study.settings.by, study.settings.seed).strengths[:, known]
    for name, measure in (("Kendall's tau-b", tau_b), ("Somers' D", somers_d)):
        value = measure(own, result)
        p = tail_p(value, np.array([measure(drawn, result) for drawn in chance[:500]]))
        words = (
            f"{name} of the ranking and the rounds is {value:+.3f} (1 is full agreement, 0 none), "
            f"p = {p:.2g}: {_beyond_chance(value, p)}"
        )
        yield (name, value, NAN, NAN, p, words)
    passed = study.passed.to_numpy()
    if passed.any() and not passed.all():
        value = float(area_under_roc(own, passed))
        drawn = area_under_roc(chance, passed)
        p = tail_p(value, drawn)
        low, high = np.quantile(drawn, [0.025, 0.975])
        words = (
            f"One who passed stands above one who did not in {_percent(value)} of cases (AUC); "
            f"judges without skill on the same schedule reach {_percent(low)} to {_percent(high)}, "
            f"p = {p:.2g}: {_beyond_chance(value - 0.5, p)}"
        )
        yield ("AUC of passing", value, NAN, NAN, p, words)
    yield from _rounds(study, own, result, chance)


def _rounds(
    study: Study, own: np.ndarray, result: np.ndarray, chance: np.ndarray
) -> Iterator[Finding]:
    """Of as many as really reached each round, how many the ranking names."""
    rounds = study.competition.rounds
    for level in np.unique(result)[1:]:
        there = result >= level
        m = int(there.sum())
        found = int(there[np.argsort(-own, kind="stable")[:m]].sum())
        drawn = there[np.argsort(-chance, axis=1, kind="stable")[:, :m]].sum(axis=1)
        low, high = np.quantile(drawn, [0.025, 0.975])
        named = rounds[int(level)] if level == int(level) < len(rounds) else f"score {level:g}"
        words = (
            f"{m} candidates passed into {named}; the top {m} of the ranking hold {found} of them "
            f"(judges without skill: {low:.0f} to {high:.0f})."
        )
        yield (f"passed into {named}", found / m, NAN, NAN, tail_p(found, drawn), words)


def _jurors(study: Study) -> Finding:
    agreement = juror_agreement(study.verdicts.comparisons, study.results["score"])
    words = (
        f"Single jurors order a pair as the rounds did in {_percent(agreement.mean())} of cases on "
        f"average, from {_percent(agreement.iloc[-1])} ({agreement.index[-1]}) to "
        f"{_percent(agreement.iloc[0])} ({agreement.index[0]}); a tie counts half. Their marks "
        "made the result, so this is how far jurors differ, not how good they are."
    )
    low, high = agreement.min(), agreement.max()
    return ("juror agreement", float(agreement.mean()), float(low), float(high), NAN, words)


def _coherence(study: Study) -> Iterator[Finding]:
    """Whether the judge contradicts itself."""
    yield from _orders(study)
    wins = study.counted.wins
    triads = count_triads(wins)
    if triads.decided:
        yield _triads(triads)
    strength = study.ranking.set_index("candidate").loc[study.counted.candidates, "strength"]
    against, decided = back_arcs(wins, strength.to_numpy())
    if decided:
        words = (
            f"Of {decided:,} pairs with a majority, {against:,} ({_percent(against / decided)}) "
            "were won by the one who stands lower in the ranking (a coin: about half)."
        )
        yield ("back-arcs", against / decided, NAN, NAN, NAN, words)
    groups = study.schedule.groups
    words = (
        "Wins connect all candidates both ways: every strength is finite."
        if len(groups) == 1
        else f"Wins split the candidates into {len(groups)} groups, the largest of "
        f"{max(map(len, groups))}: across groups the ranking rests on one-way wins or on none."
    )
    yield ("connected groups", float(len(groups)), NAN, NAN, NAN, words)


def _orders(study: Study) -> Iterator[Finding]:
    """Agreement of the two orders, and what the first position is worth."""
    if not _both_orders(study):
        yield _words(
            "order", "Pairs stand in one order only: whether position matters cannot be told."
        )
        return
    seed = study.settings.seed
    agreement = order_agreement(study.counted, seed)
    yield _finding(
        "order agreement",
        agreement,
        f"Heard in both orders, {agreement.pairs:,.0f} pairs got the same winner in "
        f"{_percent(agreement.value)} of cases {_interval(agreement)}; a coin agrees with itself "
        "in 50 %, a judge without position bias in 100 %.",
    )
    first = first_position_share(study.counted, seed)
    yield _finding(
        "first position",
        first,
        f"Whoever was heard first won {_percent(first.value)} of comparisons {_interval(first)}: "
        + ("no clear lean." if first.low <= 0.5 <= first.high else "the order of hearing matters."),
    )
    term = position_term(study.counted)
    yield _finding(
        "position term",
        term,
        f"Being heard first adds {term.value:+.3f} to the log-odds of winning (standard error "
        f"{(term.high - term.value) / 1.96:.3f}, by leaving out one candidate at a time): "
        + ("not told from none." if term.low <= 0 <= term.high else "a real bias."),
    )


def _triads(triads: Triads) -> Finding:
    name = "Kendall's zeta" if triads.complete else "zeta over the decided ones"
    distance = (triads.circular - triads.expected) / triads.deviation
    less = "fewer than" if distance < -2 else "more than" if distance > 2 else "about as many as"
    words = (
        f"{triads.circular:,} of {triads.decided:,} triads go in a circle (A beats B beats C beats "
        f"A), {less} the {triads.expected:,.0f} ± {triads.deviation:,.0f} of a coin; {name} is "
        f"{triads.zeta:.3f} (1: no circles). Coherent is not the same as right."
    )
    return ("circular triads", float(triads.circular), NAN, NAN, NAN, words)


def _controls(study: Study) -> Iterator[Finding]:
    """What judges do who never listen."""
    score = study.results["score"].to_numpy(dtype=float)
    known = ~np.isnan(score)
    if len(np.unique(score[known])) < 2:
        return
    yield from _coins(study, known)
    position = pd.Series(
        np.arange(len(study.competition.roster)), study.competition.roster["candidate"]
    )
    keys = {
        "recording length": ("a longer recording", study.results["seconds"]),
        "order of appearance": ("a later appearance", study.results["appearance"]),
        "roster order": ("a later line of the roster", position.loc[study.counted.candidates]),
    }
    for name, (rule, key) in keys.items():
        values = key.to_numpy(dtype=float)
        if len(np.unique(values[~np.isnan(values)])) < 2:
            yield _words(f"control: {name}", f"The roster does not give the {name}: not tested.")
            continue
        estimate = control_accuracy(values, score, study.settings.seed)
        words = (
            f"Preferring {rule} is right in {_percent(estimate.value)} of "
            f"{estimate.pairs:,.0f} pairs {_interval(estimate)}, p = {estimate.p:.2g}: "
            + (
                "it tells something of the result."
                if estimate.p < 0.05
                else "no clearer than chance."
            )
        )
        yield _finding(f"control: {name}", estimate, words)


def _coins(study: Study, known: np.ndarray) -> Iterator[Finding]:
    """A coin on the same schedule, by raw wins and by rate."""
    passed = study.passed.to_numpy()
    if passed.all() or not passed.any():
        return
    wins = study.counted.wins
    score = study.results["score"].to_numpy(dtype=float)
    follows = follows_result(study.counted, score)
    for by, method in (
        ("wins", count_wins),
        ("win-rate", win_rate),
        ("bradley-terry", bradley_terry),
    ):
        tossed = area_under_roc(
            coin(study.counted, by, study.settings.seed).strengths[:, known], passed
        )
        own = float(area_under_roc(method(wins)[known], passed))
        low, high = np.quantile(tossed, [0.025, 0.975])
        warning = (
            " Equal results hardly ever met, so the number of comparisons gives the result away."
            if by == "wins" and follows
            else ""
        )
        words = (
            f"A coin on the same schedule, counted by {by}, puts one who passed above one who did "
            f"not in {_percent(tossed.mean())} of cases ({_percent(low)} to {_percent(high)}); "
            f"this judge in {_percent(own)}.{warning}"
        )
        yield (f"control: coin by {by}", float(tossed.mean()), float(low), float(high), NAN, words)


def _both_orders(study: Study) -> bool:
    """Whether most compared pairs were judged in both orders."""
    games = study.counted.games
    return bool(((games > 0) & (games.T > 0)).sum() > 0.5 * (study.counted.met > 0).sum())


def _beyond_chance(value: float, p: float) -> str:
    if p >= 0.05:
        return "chance does as much."
    return "more than chance." if value > 0 else "the wrong way round, more than chance."


def _finding(name: str, estimate: Estimate, words: str) -> Finding:
    return (name, estimate.value, estimate.low, estimate.high, estimate.p, words)


def _words(name: str, words: str) -> Finding:
    return (name, NAN, NAN, NAN, NAN, words)


def _interval(estimate: Estimate) -> str:
    return f"(95 % interval {100 * estimate.low:.1f} to {100 * estimate.high:.1f})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
