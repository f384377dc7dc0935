"""A progress that keeps remarks and shows nothing."""

from ranking.progress import Progress


class Remarks(Progress):
    """Keeps remarks."""

    def __init__(self) -> None:
        self.remarks: list[str] = []

    def remark(self, sentence: str) -> None:
        """Keep a remark."""
        self.remarks.append(sentence)
