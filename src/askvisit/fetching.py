"""Fetch a page from the web: once, within limits, and not from this machine's own network.

What a site's robots.txt forbids all programs, or this one by its name, is not fetched.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import PurePosixPath
from threading import Event, Timer
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from askvisit import __version__
from askvisit.corpus import LARGEST_FILE
from askvisit.errors import CorpusError, reason_of

SECONDS = 30.0
"""Time limit for one address, redirects included."""

_AGENT = f"askvisit/{__version__}"
_MOST_REDIRECTS = 5
_LONGEST_RULES = 500_000
"""Bytes of a robots.txt that count; its standard, RFC 9309, asks for as many."""
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
}


@dataclass(frozen=True)
class Page:
    """What an address gave: where it is after redirects, a name for its file, and the bytes."""

    url: str
    name: str
    data: bytes


def fetch(url: str, *, private: bool = False) -> Page:
    """Fetch a page; raises `CorpusError` if it cannot be had, or is private and may not be."""
    sockets: list[socket.socket] = []
    is_late = Event()
    timer = Timer(SECONDS, _shut, (sockets, is_late))
    timer.daemon = True
    timer.start()
    try:
        ask = partial(_ask, sockets, is_late, private)
        rules = cache(partial(_rules, ask))
        at, response = _followed(url, lambda at: _permitted(at, ask, rules))
        with response:
            return _page(at, response)
    except (OSError, HTTPException, ValueError) as error:
        too_long = is_late.is_set() or isinstance(error, TimeoutError)
        reason = f"takes over {SECONDS:.0f} seconds" if too_long else reason_of(error)
        raise CorpusError(f"{url} cannot be added: {reason}") from error
    finally:
        timer.cancel()
        for opened in sockets:
            opened.close()


def _followed(url: str, ask: Callable[[str], HTTPResponse]) -> tuple[str, HTTPResponse]:
    """Return where an address is after redirects, and the response there."""
    for _ in range(_MOST_REDIRECTS + 1):
        response = ask(url)
        moved = response.getheader("Location")
        if response.status not in (301, 302, 303, 307, 308) or not moved:
            return url, response
        response.close()
        url = urljoin(url, moved)
    raise ValueError("is redirected too often")


def _permitted(
    url: str, ask: Callable[[str], HTTPResponse], rules: Callable[[str], RobotFileParser]
) -> HTTPResponse:
    """Send a request, unless the site's robots.txt forbids it."""
    is_web = urlsplit(url).scheme in ("http", "https")
    if is_web and not rules(urljoin(url, "/robots.txt")).can_fetch(_AGENT, url):
        raise ValueError(
            "the site's robots.txt forbids it to programs; save it in a browser and add the file"
        )
    return ask(url)


def _rules(ask: Callable[[str], HTTPResponse], url: str) -> RobotFileParser:
    """Return what a robots.txt says; a missing one permits everything, a broken server nothing."""
    rules = RobotFileParser()
    with _followed(url, ask)[1] as response:
        is_missing = 400 <= response.status < 500
        if response.status != 200 and not is_missing:
            raise ValueError(f"the site's robots.txt gives {response.status} {response.reason}")
        written = b"" if is_missing else response.read(_LONGEST_RULES)
        rules.parse(written.decode("utf-8-sig", "replace").splitlines())
    return rules


def _ask(sockets: list[socket.socket], is_late: Event, private: bool, url: str) -> HTTPResponse:
    """Send a request to the address that was checked: a name may have another a moment later."""
    parts = urlsplit(url)
    host, is_safe = parts.hostname, parts.scheme == "https"
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"{url} does not begin with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError(f"{host} is given with a user's name or password; leave it out")
    usual_port = 443 if is_safe else 80
    port = parts.port or usual_port
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(ip_address(a.partition("%")[0]).is_global for a in addresses):
        reason = "only `askvisit add --private` reads such a page"
        raise ValueError(f"{host} is on this machine or its network; {reason}")
    opened = _connected(addresses, port)
    sockets.append(opened)
    if is_late.is_set():  # it was not yet among those that the timer shut
        raise TimeoutError
    if is_safe:
        opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
        sockets.append(opened)
    connection = HTTPConnection(host, port)
    connection.default_port = usual_port  # which the header with the host leaves out
    connection.sock = opened
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?')}" if parts.query else ""
    )
    headers = {"User-Agent": _AGENT, "Connection": "close"}
    connection.request("GET", target, headers=headers | {"Accept-Encoding": "identity"})
    return connection.getresponse()


def _page(url: str, response: HTTPResponse) -> Page:
    if response.status != 200:
        raise ValueError(f"{response.status} {response.reason}")
    kind = response.headers.get_content_type()
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise ValueError("it is compressed; save it in a browser")
    data = response.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"over {LARGEST_FILE // 1_000_000} MB")
    if response.length:
        raise ValueError("it broke off")
    suffix = ".pdf" if data.startswith(b"%PDF-") else _SUFFIXES.get(kind)  # sent as plain bytes
    if suffix is None:
        raise ValueError(f"it is neither a page nor a text or PDF ({kind})")
    charset = response.headers.get_content_charset()
    if charset and kind.startswith("text/"):
        with suppress(LookupError, UnicodeError):  # then as the page itself says
            data = data.decode(charset).encode("utf-8-sig")
    parts = urlsplit(url)
    stem = PurePosixPath(unquote(parts.path)).stem or parts.hostname or "page"
    return Page(url, stem + suffix, data)


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """Connect to the first address that answers: a name may have one that cannot be reached."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), SECONDS / len(addresses))
    return socket.create_connection((addresses[-1], port), SECONDS)


def _shut(sockets: Sequence[socket.socket], is_late: Event) -> None:
    """End what is being read from sockets, and say so before."""
    is_late.set()
    for opened in sockets:
        with suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)
