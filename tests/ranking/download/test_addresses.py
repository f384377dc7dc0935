"""Which addresses are taken, and what is public."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.download.addresses import is_public, read_address
from ranking.errors import FetchError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://Example.ORG:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://example.org:8080/é x"[:-2], "http://example.org:8080/%C3%A9"),
        ("https://żółw.pl/a", "https://xn--w-uga1v8h.pl/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
    ],
)
def test_an_address_is_written_in_ascii(text, url):
    assert read_address(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "data:audio/wav;base64,",
        "ytsearch:chopin",
        "--exec=true",
        "http:example.org",
        "http://",
        "http://-oProxyCommand/a",
        "http://a b/",
        "http://user:secret@example.org/",
        "http://example.org/\r\nHost: x",
        "http://exa\\mple.org/",
        "http://[::1/",
        "http://example.org:99999/",
        "http://" + "a" * 5000,
    ],
)
def test_what_is_no_address_of_the_web_is_refused(text):
    with pytest.raises(FetchError) as caught:
        read_address(text)
    assert caught.value.state == "refused"


@given(st.text(max_size=60))
@pytest.mark.slow
def test_any_text_is_an_address_in_ascii_or_refused(text):
    for prefix in ("", "http://", "https://example.org/"):
        try:
            url = read_address(prefix + text).url
        except FetchError:
            continue
        assert url.isascii() and url.isprintable() and " " not in url
        assert read_address(url).url == url


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1"),
        *("::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "ff02::1"),
    ],
)
def test_machines_here_are_not_public(number):
    assert not is_public(number)


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_others_are(number):
    assert is_public(number)


@given(st.ip_addresses(v=4))
def test_ipv4_is_as_public_within_ipv6(ip):
    mapped = ipaddress.IPv6Address(int(ipaddress.ip_address("::ffff:0:0")) + int(ip))
    assert is_public(str(mapped)) == is_public(str(ip))


def test_a_port_of_a_named_host_is_another_host():
    named = read_address("http://localhost:8000/a")
    assert named.is_local and named.names("localhost", 8000)
    assert not named.names("localhost", 6379)
    assert not named.names("127.0.0.1", 8000)
    assert read_address("http://nas.lan/a").names("nas.lan", 443)
    assert not read_address("http://example.org/a").is_local
