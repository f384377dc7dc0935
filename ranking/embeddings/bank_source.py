"""What a bank is opened from, by this process or by another that sees the same store."""

from dataclasses import dataclass, replace
from typing import cast

import pandas as pd

from ranking.audio.lengths import SEGMENTS_PER_WINDOW
from ranking.embeddings.bank import EmbeddingBank, open_bank
from ranking.embeddings.choice import EncoderChoice, cache_key_with_weights_hash, load_encoders
from ranking.embeddings.store import EmbeddingStore
from ranking.encoders import spec_of
from ranking.encoders.base import CodeEncoder
from ranking.storage.addresses import StorePlace


@dataclass(frozen=True)
class BankSource:
    """Recordings whose embeddings are in a store; it pickles, as a bank on a device does not."""

    store: StorePlace
    """Folder or address of the embeddings."""
    encoder: EncoderChoice
    """What embedded them."""
    recordings: tuple[tuple[str, str], ...]
    """Candidate and SHA-256 of each sound file; those of a candidate follow each other."""
    device: str = "cpu"
    """Where windows are returned."""
    segments_per_window: int = SEGMENTS_PER_WINDOW
    """How many segments in a row a window is."""
    padded: bool = False
    """Whether segments that a window lacks are zeros that count as sound."""

    @property
    def absolute(self) -> "BankSource":
        """The same for a process with another working folder."""
        return replace(self, store=self.store.absolute(), encoder=self.encoder.absolute)

    def open(self) -> EmbeddingBank:
        """Return the bank.

        Raises
        ------
        StoreError
            If an embedding is missing or damaged, or they are of several kinds.
        """
        bank = open_bank(
            EmbeddingStore(self.store),
            cache_key_with_weights_hash(self.encoder),
            pd.DataFrame(list(self.recordings), columns=["candidate", "recording"]),
            code_encoder(self.encoder, self.device),
            self.device,
            segments_per_window=self.segments_per_window,
        )
        return bank.as_padded() if self.padded else bank


def code_encoder(encoder: EncoderChoice, device: str = "cpu") -> CodeEncoder | None:
    """Return an encoder whose codes are stored; None for one whose embeddings are.

    Parameters
    ----------
    encoder
        The encoder.
    device
        Where it computes.
    """
    if spec_of(encoder.encoder).stored != "codes":
        return None
    return cast("CodeEncoder", load_encoders([encoder], device)[0].encoder)
