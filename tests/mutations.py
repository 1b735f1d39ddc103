"""Files spoiled at random, in ways that a reader may trip over: bytes, JSON values, lines, headers, archives."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

_TELLING = ("settings", "values", "arguments", "config", "params", "policy_kwargs")
"""Fields that most of what is read hangs on: they are spoiled more often than tables of shapes."""

DEEP = 600
"""Lists within lists: more than what is written in Python can follow."""

STRANGE: tuple[Callable[[], Any], ...] = (
    lambda: None,
    lambda: True,
    lambda: -1,
    lambda: 0,
    lambda: 2**31,
    lambda: 2**63,
    lambda: 10**30,
    lambda: -(10**400),
    lambda: 0.5,
    lambda: 1e308,
    lambda: -1e308,
    lambda: float("nan"),
    lambda: float("inf"),
    lambda: float("-inf"),
    lambda: "",
    lambda: "x",
    lambda: "1e5",
    lambda: "nan",
    lambda: "x" * 5_000,
    lambda: "9" * 5_000,
    lambda: "../../../../etc/passwd",
    lambda: "/dev/zero",
    lambda: "os:system",
    lambda: "\x00\x1b[2J",
    lambda: "\ud800",
    lambda: "\u202e<b>",
    list,
    dict,
    lambda: [[]],
    lambda: [{}],
    lambda: {"": {}},
    lambda: [None] * 300,
    lambda: [0] * 3_000,
    lambda: {"x": "y"},
    lambda: _nested(DEEP),
)


def _nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


def spoiled(content: bytes, kind: str, random: Random) -> bytes:
    """`content` of a file of that `kind`, changed in one place or a few."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        how = KINDS[kind] if random.random() < 0.75 else _bytes
        content = how(content, random)
    return content


# ------------------------------------------------------------ bytes


def _bytes(content: bytes, random: Random) -> bytes:
    size = len(content)
    at, to = sorted(random.randrange(size + 1) for _ in range(2))
    match random.randrange(9):
        case 0:
            return content[:at]
        case 1:
            return content[at:]
        case 2:
            return content[:at] + content[to:]
        case 3:
            return content[:at] + random.randbytes(random.choice((1, 2, 8, 200))) + content[at:]
        case 4:
            return content[:at] + content[at : at + 4_000] * 3 + content[at:]
        case 5:
            return content + content
        case 6:
            return content[:at] + random.choice((b"\0", b"\xff", b"\n", b"\r", b",", b'"', b"{")) * 20 + content[at:]
        case 7 if size >= 8:
            place = random.randrange(size - 7)
            number = random.choice((0, 1, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1, random.getrandbits(64)))
            width = random.choice((1, 2, 4, 8))
            return content[:place] + number.to_bytes(8, "little")[:width] + content[place + width :]
        case _:
            changed = bytearray(content)
            for _ in range(random.choice((1, 1, 5, 50))):
                if changed:
                    changed[random.randrange(size)] ^= 1 << random.randrange(8)
            return bytes(changed)


# ------------------------------------------------------------ JSON


def _json(content: bytes, random: Random) -> bytes:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return _bytes(content, random)
    return json.dumps(strange(value, random)).encode()


def strange(value: Any, random: Random) -> Any:
    """A plain value with one thing in it that is not as it was."""
    if isinstance(value, dict | list) and value and random.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        inner = [key for key in keys if key in _TELLING]
        key = random.choice(inner if inner and random.random() < 0.4 else keys)
        match random.randrange(8):
            case 0:
                del value[key]
            case 1 if isinstance(value, dict):
                value["" if random.random() < 0.3 else f"{key}_"] = value.pop(key)
            case 2:
                other = random.choice(keys)
                value[key], value[other] = value[other], value[key]
            case 3 if isinstance(value, list):
                value.insert(random.randrange(len(value) + 1), random.choice(STRANGE)())
            case _:
                value[key] = strange(value[key], random)
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300 and random.random() < 0.4:
        return random.choice((-value, value + 1, value * 10, value * 10**9, value - 0.5, str(value)))
    if isinstance(value, str) and random.random() < 0.3:
        return random.choice((value + "x", value[:-1], value.upper(), value * 50))
    return random.choice(STRANGE)()


# ------------------------------------------------------------ lines


def _lines(content: bytes, random: Random) -> bytes:
    """Rows of a table, or of JSON."""
    lines = content.split(b"\n")
    place = random.randrange(len(lines))
    line = lines[place]
    match random.randrange(6):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, random.choice(lines))
        case 2 if line.startswith(b"{"):
            lines[place] = _json(line, random)
        case _:
            cells = line.split(b",")
            text = random.choice(STRANGE)()
            shown = str(text) if isinstance(text, str) else json.dumps(text)
            cells[random.randrange(len(cells))] = shown.encode("utf-8", errors="replace")
            lines[place] = b",".join(cells)
    return b"\n".join(lines)


# ------------------------------------------------------------ tensors


def _tensors(content: bytes, random: Random) -> bytes:
    """A safetensors file with another header: what it says of sizes and places."""
    length = int.from_bytes(content[:8], "little")
    if length > len(content) or random.random() < 0.2:
        return _bytes(content, random)
    header = _json(content[8 : 8 + length], random)
    if random.random() < 0.5:
        try:
            about = json.loads(header)
            inner = about["__metadata__"]
            name = random.choice([name for name in inner if inner[name].startswith("{")])
            inner[name] = _json(inner[name].encode(), random).decode()
            header = json.dumps(about).encode()
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            pass
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


# ------------------------------------------------------------ archives


def _archive(content: bytes, random: Random) -> bytes:
    """A zip archive with one entry spoiled as its kind asks, renamed, doubled, dropped or packed."""
    try:
        entries = _entries(content)
    except Exception:  # an archive that was spoiled before may break whatever reads it here
        return _bytes(content, random)
    if not entries:
        return _bytes(content, random)
    place = random.randrange(len(entries))
    name, inner = entries[place]
    match random.randrange(10):
        case 0:
            del entries[place]
        case 1:
            entries.append((name, inner))
        case 2:
            entries[place] = (random.choice(("../x", "/etc/x", "a\\b", "run.json/", "", "data", "x" * 300)), inner)
        case _:
            entries[place] = (name, spoiled(inner, kind_of(name), random))
    out = io.BytesIO()
    how = zipfile.ZIP_STORED if random.random() < 0.8 else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", how) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, inner in entries:
            archive.writestr(zipfile.ZipInfo(name) if name else "x", inner)
    return out.getvalue()


def _entries(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


_ENDINGS = {
    ".json": "json",
    ".jsonl": "lines",
    ".csv": "lines",
    ".safetensors": "tensors",
    ".rlepisode": "tensors",
    ".pth": "archive",
    ".npz": "archive",
    ".zip": "archive",
    ".rlrun": "archive",
}


def kind_of(name: str) -> str:
    """What a file of that name holds."""
    if name == "data":  # of a model of Stable-Baselines3
        return "json"
    return next((kind for ending, kind in _ENDINGS.items() if name.endswith(ending)), "bytes")


KINDS: dict[str, Callable[[bytes, Random], bytes]] = {
    "bytes": _bytes,
    "json": _json,
    "lines": _lines,
    "tensors": _tensors,
    "archive": _archive,
}
