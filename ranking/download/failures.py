"""What an answer other than success means for a recording, and what may succeed later."""

from email.message import Message
from email.utils import parsedate_to_datetime

from ranking.errors import FetchError
from ranking.files.text import escape_controls

GONE = {404, 410, 451}
PRIVATE = {401, 403}
TEMPORARY = {408, 425, 429}  # and all from 500 on


class TryAgainError(Exception):
    """Raised where the same request may succeed later.

    Parameters
    ----------
    what : what is wrong
    after : seconds to wait, as the server says; None if it does not
    reached : whether a server answered at all
    """

    def __init__(self, what: str, after: float | None = None, reached: bool = True) -> None:
        super().__init__(what, after, reached)
        self.what, self.after, self.reached = what, after, reached


def failure_of_status(
    url: str, code: int, reason: str, headers: Message
) -> FetchError | TryAgainError:
    """Return what an answer other than success means for a recording.

    Parameters
    ----------
    url : what was asked for
    code : status of the answer
    reason : the same in words
    headers : those of the answer
    """
    what = f"the server answers {code} {escape_controls(str(reason))[:80]}"
    if code in TEMPORARY or code >= 500:
        return TryAgainError(what, retry_after(headers))
    if 300 <= code < 400:
        return FetchError(
            url, "it redirects again and again", "give another address", state="refused"
        )
    if code in GONE:
        return FetchError(url, what, "look for another copy of the recording", state="gone")
    if code in PRIVATE:
        return FetchError(
            url, what, "ask its owner, or send the cookies of your browser", state="private"
        )
    return FetchError(url, what, "open the address in a browser", state="refused", status=code)


def retry_after(headers: Message | None) -> float | None:
    """Return how many seconds a server asks to wait; None if it does not say.

    A date is compared with the server's own clock, if it tells the time.
    """
    if headers is None:
        return None
    asked = headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        until = parsedate_to_datetime(asked)
        return max(0.0, (until - parsedate_to_datetime(headers.get("Date", ""))).total_seconds())
    except (ValueError, TypeError, AttributeError):
        return None
