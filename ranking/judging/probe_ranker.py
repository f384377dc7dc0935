"""A probe that compares, as a ranker; and those that come with the program."""

from dataclasses import dataclass
from pathlib import Path

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.store import CacheKey
from ranking.errors import Given, ProbeError
from ranking.files.text import printable
from ranking.judging.all_pairs import PairScorer
from ranking.network.factorised import FactorisedHead
from ranking.probe.checkpoint import Probe, load_probe
from ranking.tasks.expertise import p_first

SHIPPED = Path(__file__).parent / "rankers"


@dataclass(frozen=True)
class ProbeRanker(Probe):
    """A probe of two recordings side by side; a :class:`ranking.judging.ranker.Ranker`."""

    @property
    def digest(self) -> str:
        """SHA-256 of the head's shape and weights."""
        return self.head.digest

    @property
    def task(self) -> str:
        """Name of the question that it answers."""
        return self.record.task

    @property
    def cache_key(self) -> CacheKey:
        """What the embeddings were made with that it was fitted on."""
        return self.record.cache_key

    @property
    def remark(self) -> str:
        """What a reader of its votes must know."""
        return self.record.remark

    @property
    def version(self) -> str:
        """Of the program that made it."""
        return self.record.version

    def scorer(self, bank: EmbeddingBank) -> PairScorer:
        """Return the head, factorised, at work on a bank.

        Raises
        ------
        ValueError
            If the head compares nobody.
        """
        head = FactorisedHead(self.head).to(bank.device)
        return PairScorer(head, bank.pieces, p_first)


def load_ranker(file: Path | None, encoder: str | None) -> ProbeRanker:
    """Return the ranker of a file, or the one that comes with the program for an encoder.

    Raises
    ------
    ProbeError
        If there is none, or it cannot be read.
    """
    name = encoder or "spectrogram"
    path = file or SHIPPED / f"{name}.safetensors"
    if file is None and not path.is_file():
        raise ProbeError(
            Given(encoder=printable(name)),
            "no ranker for it comes with this program",
            "give one that was trained for it",
            key="no-ranker",
        )
    return as_ranker(load_probe(path))


def as_ranker(probe: Probe) -> ProbeRanker:
    """Return a probe as the ranker that it is."""
    return ProbeRanker(probe.head, probe.record)
