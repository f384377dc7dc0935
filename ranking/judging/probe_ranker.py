"""A probe that compares, as a ranker; and those that come with the program."""

from dataclasses import dataclass
from pathlib import Path

from ranking.embeddings.bank import EmbeddingBank
from ranking.embeddings.cache_key import CacheKey
from ranking.errors import Given, ProbeError
from ranking.files.text import escape_controls
from ranking.judging.all_pairs import PairScorer
from ranking.network.factorised import FactorisedHead
from ranking.probe.checkpoint import Probe, load_probe
from ranking.tasks.by_pair import p_first

SHIPPED = Path(__file__).parent / "rankers"


@dataclass(frozen=True)
class ProbeRanker(Probe):
    """A probe of two recordings side by side; a :class:`ranking.judging.ranker.Ranker`."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the head's shape and weights; votes are cached by it."""
        return self.head.sha256

    @property
    def task(self) -> str:
        """Name of its task, such as ``expertise-2``."""
        return self.record.task

    @property
    def cache_key(self) -> CacheKey:
        """Encoder, front end and precision of the embeddings that it was trained on."""
        return self.record.cache_key

    @property
    def remark(self) -> str:
        """What a reader of its votes must know; may be empty."""
        return self.record.remark

    @property
    def version(self) -> str:
        """Version of the program that made it."""
        return self.record.version

    def scorer(self, bank: EmbeddingBank) -> PairScorer:
        """Return the factorised head on a bank.

        Raises
        ------
        ValueError
            If the head takes one recording, not two.
        """
        head = FactorisedHead(self.head, projection=bank.projection).to(bank.device)
        return PairScorer(head, bank.iter_unprojected, p_first)


def load_own_or_shipped_ranker(file: Path | None, encoder: str | None) -> ProbeRanker:
    """Return the ranker of a file, or the one that comes with the program for an encoder.

    Parameters
    ----------
    file
        A probe of two recordings, ending in .safetensors.
    encoder
        Name of an encoder, spectrogram by default; only used without a file.

    Raises
    ------
    ProbeError
        If there is none, or it cannot be read.
    """
    name = encoder or "spectrogram"
    path = file or SHIPPED / f"{name}.safetensors"
    if file is None and not path.is_file():
        raise ProbeError(
            Given(encoder=escape_controls(name)),
            "no ranker for this encoder comes with the program",
            "give one that was trained on its embeddings",
            key="no-ranker",
        )
    return as_ranker(load_probe(path))


def as_ranker(probe: Probe) -> ProbeRanker:
    """Return a probe as the ranker that it is."""
    return ProbeRanker(probe.head, probe.record)
