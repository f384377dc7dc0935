"""The sound in a page of the web: which file it is, found by yt-dlp [1]_ and not fetched by it.

Conventions
-----------
yt-dlp is used as a library that reads pages: the best stream of sound that is one file over http or
https is chosen; :mod:`ranking.download.transfer` fetches it. Its requests pass
:mod:`ranking.download.connection` as all others do. No configuration of its own is read, no plugin
is loaded, no program is run and nothing is written. Reading cookies of a browser may ask the
system's keyring, which is why it is done only if asked for.

References
----------
.. [1] https://github.com/yt-dlp/yt-dlp
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ranking.download.addresses import read_address
from ranking.download.connection import Connector
from ranking.download.failures import TryAgainError
from ranking.download.transfer import RemoteFile
from ranking.errors import FetchError, Given, JudgeError
from ranking.files.text import escape_controls

LONGEST_SECONDS = 12 * 3600.0
"""Length of a recording."""
LONGEST_TITLE = 300
"""Letters of a title, and of a channel's name."""
BEST_SOUND = "/".join(
    f"{kind}[protocol={protocol}]"
    for kind in ("bestaudio", "best")
    for protocol in ("https", "http")
)
"""The best stream that is one file: of sound alone, or else of sound and picture."""
GONE = re.compile(
    r"(video|media|content|page|account)[^.]* (un|not )available|has been removed|been terminated"
    r"|(does not|no longer|doesn't) exist|removed by|HTTP Error (404|410)",
    re.IGNORECASE,
)
PRIVATE = re.compile(
    r"private|sign in|log ?in|members|password|confirm your age|not a bot|HTTP Error 40[13]",
    re.IGNORECASE,
)
UNSUPPORTED = re.compile(
    r"unsupported url|requested format is not available|no video formats|drm", re.IGNORECASE
)
TEMPORARY = re.compile(
    r"HTTP Error (408|425|429|5\d\d)|too many requests|try again|rate.limit", re.IGNORECASE
)


@dataclass(frozen=True)
class Sound:
    """The sound of a page."""

    file: RemoteFile
    """Where it is."""
    suffix: str
    """Ending of its file, such as ``.webm``; empty if it is not known."""
    seconds: float | None
    """Its length as the page says; None if it does not."""
    title: str
    channel: str
    """Who put it there."""


class PageReader:
    """Finds the sound in pages.

    Parameters
    ----------
    browser : browser whose cookies are sent, as BROWSER or BROWSER:PROFILE; empty: none
    """

    def __init__(self, browser: str = "") -> None:
        self.browser = browser

    def is_known(self, url: str) -> bool:
        """Return whether an address is one of a site whose pages are known: no file."""
        return any(one.suitable(url) for one in self._sites)

    def find_sound(self, url: str, connector: Connector) -> Sound:
        """Return the sound of a page.

        Parameters
        ----------
        url : its address
        connector : what opens addresses

        Raises
        ------
        FetchError
            If there is none, or several, or the page is gone, private or refused.
        TryAgainError
            If it may succeed later.
        """
        from yt_dlp.utils import YoutubeDLError

        _without_plugins()
        from ranking.download.page_requests import Reader

        reader = Reader(_SETTINGS | {"logger": _Silent()}, connector, self._cookies)
        try:
            page = reader.extract_info(url, download=False)
        except YoutubeDLError as error:
            raise _failure(url, str(error), reader.failures) from None
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise _refused(url, "yt-dlp cannot read the page") from None
        return _sound(url, page, self._cookies)

    @cached_property
    def _sites(self) -> list[Any]:
        """Kinds of pages of single sites."""
        _without_plugins()
        from yt_dlp.extractor import gen_extractor_classes

        return [one for one in gen_extractor_classes() if one.IE_NAME != "generic"]

    @cached_property
    def _cookies(self) -> Any:
        """Cookies of the browser; each site gets its own."""
        _without_plugins()
        from yt_dlp.cookies import SUPPORTED_BROWSERS, CookieLoadError, load_cookies
        from yt_dlp.YoutubeDL import YoutubeDL

        name, _, profile = self.browser.partition(":")
        if not self.browser:
            return load_cookies(None, None, None)
        if name.lower() not in SUPPORTED_BROWSERS:
            raise JudgeError(
                Given(cookies_from_browser=escape_controls(self.browser)[:80]),
                "this browser is not known",
                f"name one of {', '.join(sorted(SUPPORTED_BROWSERS))}",
            )
        asked = (name.lower(), profile or None, None, None)
        try:
            return load_cookies(None, asked, YoutubeDL(_SETTINGS | {"logger": _Silent()}))
        except CookieLoadError:
            raise JudgeError(
                Given(cookies_from_browser=escape_controls(self.browser)[:80]),
                "its cookies cannot be read",
                "close the browser, or name another",
            ) from None

    def check(self) -> None:
        """Refuse a browser whose cookies cannot be read, before anything is fetched.

        Raises
        ------
        JudgeError
            If there is no such browser, or its cookies cannot be read.
        """
        if self.browser:
            _ = self._cookies


class _Silent:
    """A logger that says nothing: what matters is raised."""

    def debug(self, _message: str) -> None:
        """Say nothing."""

    info = warning = error = debug


_SETTINGS: dict[str, Any] = {
    "format": BEST_SOUND,
    "noplaylist": True,
    "playlist_items": "1:2",
    "quiet": True,
    "no_warnings": True,
    "noprogress": True,
    "skip_download": True,
    "cachedir": False,
    "usenetrc": False,
    "proxy": "",
    "js_runtimes": {},
    "remote_components": [],
    "enable_file_urls": False,
    "default_search": "error",
    "check_formats": None,
    "extractor_retries": 1,
    "socket_timeout": 30.0,
    "color": "never",
}


def _without_plugins() -> None:
    """Let yt-dlp load no plugins: they are code that lies in folders of the user's."""
    from yt_dlp.globals import all_plugins_loaded, plugin_dirs

    plugin_dirs.value = []
    all_plugins_loaded.value = True


def _sound(url: str, page: Any, cookies: Any) -> Sound:
    """The sound of what yt-dlp found in a page."""
    found = page
    if isinstance(page, dict) and page.get("_type") in ("playlist", "multi_video"):
        entries = [one for one in page.get("entries") or () if one]
        if len(entries) > 1:
            raise _refused(url, "the page has several recordings")
        found = entries[0] if entries else None
    if not isinstance(found, dict) or not isinstance(found.get("url"), str):
        raise _refused(url, "there is no sound in the page")
    if found.get("is_live") or found.get("live_status") == "is_upcoming":
        raise _refused(url, "it is live, or yet to come")
    seconds = found.get("duration")
    seconds = float(seconds) if isinstance(seconds, int | float) else None
    if seconds is not None and seconds > LONGEST_SECONDS:
        raise _refused(url, f"it is longer than {LONGEST_SECONDS / 3600:.0f} hours")
    media = read_address(found["url"]).url
    headers = {str(name): str(value) for name, value in (found.get("http_headers") or {}).items()}
    if cookie := cookies.get_cookie_header(media):
        headers["Cookie"] = cookie
    block = (found.get("downloader_options") or {}).get("http_chunk_size")
    key = ":".join(str(found.get(name)) for name in ("extractor_key", "id", "format_id"))
    ending = str(found.get("ext"))
    return Sound(
        RemoteFile(media, key, headers, block if isinstance(block, int) and block > 0 else None),
        f".{ending}" if re.fullmatch("[a-z0-9]{2,5}", ending) else "",
        seconds,
        str(found.get("title") or "")[:LONGEST_TITLE],
        str(found.get("channel") or found.get("uploader") or "")[:LONGEST_TITLE],
    )


def _failure(
    url: str, message: str, failures: list[FetchError | TryAgainError]
) -> FetchError | TryAgainError:
    """What a page that could not be read means for its recording."""
    for one in failures:
        if isinstance(one, FetchError):  # an address that is not fetched
            return one
    sentence = re.sub(r"^(ERROR: )?(\[[^\]]*\] )?([\w-]+: )?", "", message).partition(
        "; please report"
    )[0]
    what = f"the page says: {escape_controls(sentence)[:300]}"
    if TEMPORARY.search(message):
        return failures[-1] if failures else TryAgainError(what)
    if GONE.search(message):
        return FetchError(url, what, "look for another copy of the recording", state="gone")
    if PRIVATE.search(message):
        return FetchError(
            url, what, "ask its owner, or send the cookies of your browser", state="private"
        )
    if UNSUPPORTED.search(message):
        return _refused(url, "yt-dlp finds no sound in the page that is one file")
    return failures[-1] if failures else _refused(url, what)


def _refused(url: str, what: str) -> FetchError:
    return FetchError(
        url, what, "give the address of the recording itself, or fetch it by hand", state="refused"
    )
