"""How long to wait for a server that fails, and when to give it up."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ranking.download.failures import TryAgainError
from ranking.errors import FetchError

RETRIES = 4
"""Attempts after the first in which less than :data:`PROGRESS_BYTES` come."""
UNREACHED_RETRIES = 1
"""The same where no server could be reached, which a wait seldom mends."""
PROGRESS_BYTES = 1 << 20
FIRST_WAIT_SECONDS = 2.0
"""Wait before the second attempt; it doubles from then on."""
LONGEST_WAIT_SECONDS = 600.0
"""A server that asks for a longer one is left for another day."""


@dataclass(frozen=True)
class Waits:
    """How often and how long to wait for a server that fails."""

    retries: int = RETRIES
    """Attempts after the first."""
    first: float = FIRST_WAIT_SECONDS
    """Seconds before the second attempt."""
    sleep: Callable[[float], None] = time.sleep
    """What waits."""

    def wait(self, attempt: int, error: TryAgainError, where: str) -> None:
        """Wait before the next attempt.

        Parameters
        ----------
        attempt : how many failed so far, from 1
        error : how the last one failed
        where : the address

        Raises
        ------
        FetchError
            If there were enough of them, or the server asks for too long a wait.
        """
        most = self.retries if error.reached else min(self.retries, UNREACHED_RETRIES)
        if attempt > most:
            raise FetchError(
                where,
                error.what if error.reached else f"{error.what}: it is out of reach",
                "try again later: what has come is kept"
                if error.reached
                else "check the address and the network, or try again later",
                state="failed",
                reached=error.reached,
            )
        seconds = max(error.after or 0.0, self.first * 2 ** (attempt - 1))
        if (error.after or 0) > LONGEST_WAIT_SECONDS:
            raise FetchError(
                where,
                f"{error.what}, and asks to wait {seconds / 60:.0f} minutes",
                "try again then: what has come is kept",
                state="failed",
            )
        self.sleep(min(seconds, LONGEST_WAIT_SECONDS))
