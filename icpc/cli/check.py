"""``judge check``: how far to trust the ranking."""

from icpc.cli.options import FormatOption, Seed, with_settings
from icpc.cli.output import Format, TerminalProgress, print_data, print_line, print_remark
from icpc.cli.rank import headline
from icpc.workflows.settings import RankingOptions, Source


@with_settings("resample")
def check(
    source: Source, options: RankingOptions, seed: Seed = None, format: FormatOption = Format.TABLE
) -> None:
    """Check how far to trust a ranking: accuracy, order effect, cycles, controls.

    Example: judge check --competition icpc2015
    """
    from icpc.workflows.rankings import open_study
    from icpc.workflows.results import check as check_ranking

    with TerminalProgress().start("checking"):
        study = open_study(source, options, seed)
        findings = check_ranking(study, source.run)
    if format is Format.TABLE:
        print_line(headline(study))
        for finding in findings:
            print_line(f"{finding.name}: {finding.sentence}")
    else:
        print_data(findings.table(), format)
    for remark in study.remarks:
        print_remark(remark)
