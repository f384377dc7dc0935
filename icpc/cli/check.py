"""``judge check``: how far to trust the ranking."""

from icpc.cli import options as opt
from icpc.cli.output import Format, print_data, print_line, print_remark, working
from icpc.cli.rank import headline


def check(
    competition: opt.CompetitionName = None,
    roster: opt.RosterFile = None,
    rounds: opt.Rounds = None,
    run: opt.RunFolder = None,
    comparisons: opt.ComparisonsFile = None,
    votes: opt.VotesFile = None,
    panel: opt.PanelFile = None,
    stage: opt.Stage = None,
    by: opt.By = None,
    vote: opt.Vote = None,
    count: opt.Count = None,
    passed_from: opt.PassedFrom = None,
    seed: opt.Seed = None,
    format: Format = Format.TABLE,
) -> None:
    """Check a ranking: accuracy, chance, position bias, cycles, controls.

    Example: judge check --competition icpc2015
    """
    from icpc.findings.checks import check_study

    with working("checking"):
        study = opt.open_study(
            competition,
            roster,
            rounds,
            run,
            (comparisons, votes, panel),
            stage,
            {"by": by, "vote": vote, "count": count, "seed": seed},
            passed_from,
        )
        findings = check_study(study)
    if format is Format.TABLE:
        print_line(headline(study))
        for row in findings.itertuples():
            print_line(f"{row.check}: {row.finding}")
    else:
        print_data(findings, format)
    for remark in study.remarks:
        print_remark(remark)
