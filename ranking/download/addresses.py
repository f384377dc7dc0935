"""Addresses that may be fetched: http or https, of machines that are public or that the user named.

Conventions
-----------
A roster comes from somebody else as often as not, and so does whatever a server redirects to. An
address that is not public (loopback, private, link-local, … [1]_) is connected to only if its host
and port are those that the roster itself names, as a number or as a name of the local network: who
writes ``localhost`` means it. What is checked is the number that is connected to, so that a public
name that has a private number, now or later, gains nothing.

References
----------
.. [1] IANA, "IPv4 and IPv6 Special-Purpose Address Registries", by :mod:`ipaddress`.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from ranking.errors import FetchError
from ranking.files.text import escape_controls

PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 4_000
"""Characters of an address."""
LOCAL_NAMES = (".local", ".localhost", ".lan", ".internal", ".home.arpa")
LONGEST_PLACE = 300
"""Characters of a host with its port; DNS has names of 253."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for those of IPv4, in their last 32 bits."""


@dataclass(frozen=True)
class Address:
    """An address that may be asked for."""

    url: str
    """In ASCII, without fragment."""
    scheme: str
    """http or https."""
    host: str
    """Name or number, in lower case; a name as DNS has it."""
    port: int
    """The port that is written, or the usual one."""

    @property
    def is_local(self) -> bool:
        """Whether the host is written as a number, or as a name of the local network."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return "." not in self.host or self.host.endswith(LOCAL_NAMES)
        return True

    def names(self, host: str, port: int) -> bool:
        """Return whether a host and port are those that this address names."""
        return host == self.host and (port == self.port or {port, self.port} <= {*PORTS.values()})


def read_address(text: str) -> Address:
    """Return an address as it may be asked for.

    Raises
    ------
    FetchError
        If it is not http or https, names no host, or gives a password.
    """
    shown = escape_controls(text)[:200]
    scheme = text.partition(":")[0].lower()
    if scheme not in PORTS or not text[len(scheme) :].startswith("://"):
        raise _refused(shown, "only http and https are fetched")
    if (
        len(text) > LONGEST_ADDRESS
        or len(text.split("/")[2]) > LONGEST_PLACE
        or re.search(r"[\x00-\x20\x7f\\]", text)
    ):
        raise _refused(shown, "it is too long, or holds blanks or control characters")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port or PORTS[scheme]
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise _refused(shown, "it is no address") from None
    if parts.username is not None or parts.password is not None:
        raise _refused(shown, "it holds a user name or a password")
    if not re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", host, re.ASCII) or host.startswith("-"):
        raise _refused(shown, "it names no host")
    place = f"[{host}]" if ":" in host else host
    place = place if port == PORTS[scheme] else f"{place}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return Address(urlunsplit((scheme, place, path, query, "")), scheme, host, port)


def is_public(number: str) -> bool:
    """Return whether an IP address, in numbers, is that of a machine anybody can reach."""
    ip = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(one is not None and not _is_global(one) for one in inner):
            return False
        if ip.ipv4_mapped is not None:
            return True
    return _is_global(ip)


def _is_global(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast


def _refused(address: str, what: str) -> FetchError:
    return FetchError(
        address, what, "give the address of a file or a page of the web", state="refused"
    )
