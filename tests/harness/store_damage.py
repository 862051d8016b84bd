"""Damages to the file of a store; what is read from it then is a value, or said to be damaged."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from askvisit.errors import IndexDamagedError
from askvisit.store import Store

PAGE = 4096
"""Bytes of a page of SQLite's."""

_LENGTHS = (1, 2, 4, 8, 64, 512, PAGE)
_QUERIES = ("The mayor and the minister", "tariff steel traders", "25")


def damaged(random: Random, data: bytes, page: int) -> bytes:
    """Return a file with one page damaged: bits, bytes, zeros, noise, or what stands elsewhere."""
    spoilt = bytearray(data)
    at = page * PAGE + random.randrange(PAGE)
    end = min(at + random.choice(_LENGTHS), len(data))
    elsewhere = random.randrange(len(data) - (end - at) + 1)
    other = PAGE * random.randrange(len(data) // PAGE)
    match random.randrange(7):
        case 0:
            spoilt[at] ^= 1 << random.randrange(8)
        case 1:
            spoilt[at:end] = bytes(byte ^ 0xFF for byte in data[at:end])
        case 2:
            spoilt[at:end] = bytes(end - at)
        case 3:
            spoilt[at:end] = random.randbytes(end - at)
        case 4:
            spoilt[at:end] = data[elsewhere : elsewhere + end - at]
        case 5:
            spoilt[page * PAGE : (page + 1) * PAGE] = data[other : other + PAGE]
        case _:
            for _ in range(random.randrange(2, 20)):
                spoilt[page * PAGE + random.randrange(PAGE)] = random.randrange(256)
    return bytes(spoilt)


def read_all(path: Path) -> list[object]:
    """Ask a store for all that it can be asked, as an index does."""
    with closing(Store(path)) as store:
        seen: list[object] = [store.article_ids(), store.counts(), store.vocabulary()]
        for name in store.article_ids():
            numbers = store.passage_range(name)
            passages = store.passages(numbers)
            seen += [store.article(name), store.sentences(name), [passages[n] for n in numbers]]
            found = store.bm25(_QUERIES[0], 5, [numbers])
            seen.append([store.passages([n])[n].text for n, _ in found])
        for query in _QUERIES:
            found = store.bm25(query, 9)
            passages = store.passages(n for n, _ in found)
            seen += [[passages[n].text for n, _ in found], store.holds(query)]
        return seen


def read_damaged(
    good: Path, scratch: Path, count: int, seed: int
) -> tuple[Counter[str], list[str]]:
    """Read a store that many times, each time with another damage, over all of its pages.

    Returns how often the damage was named, changed what was read ("read"), or hit what nothing is
    read from ("unseen"); and what else was raised, with the number that brings it back.
    """
    data, right = good.read_bytes(), read_all(good)
    ends, failures = Counter[str](), []
    for number in range(count):
        path = scratch / f"{number}.db"
        path.write_bytes(damaged(Random(f"{seed} {number}"), data, number % (len(data) // PAGE)))
        try:
            ends["unseen" if read_all(path) == right else "read"] += 1
        except IndexDamagedError as error:
            ends["named"] += 1
            if path.name not in str(error) or error.folder != scratch:
                failures.append(f"damage {number}: not named by its file: {error}")
        except Exception as error:
            failures.append(f"damage {number}: {type(error).__name__}: {error}")
        path.unlink()
    return ends, failures
