"""Rows of each tar named on standard input, as Python's tarfile reads it; for tests/it/layers.rs."""

import hashlib
import sys
import tarfile
from decimal import ROUND_FLOOR, Decimal

KINDS = {b"1": "hardlink", b"2": "symlink", b"3": "char", b"4": "block", b"5": "dir", b"6": "fifo", b"D": "dir"}


def raw(text):
    return text.encode("utf-8", "surrogateescape")


def shown(data):
    special = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(special.get(b) or (chr(b) if 32 <= b < 127 else "\\x%02x" % b) for b in data)


def path(name):
    parts = []
    for part in raw(name).split(b"/"):
        if part == b"..":
            parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def time(member):
    mtime = Decimal(member.pax_headers.get("mtime", member.mtime))
    seconds = mtime.to_integral_value(ROUND_FLOOR)
    return "%d.%09d" % (seconds, (mtime - seconds) * 10**9)


def row(tar, member, limit):
    kind = KINDS.get(member.type, "file")
    size, content = 0, "-"
    if kind == "file":
        size = member.size
        if size <= limit:
            digest = hashlib.sha256()
            reader = tar.extractfile(member)
            while piece := reader.read(1 << 20):
                digest.update(piece)
            content = digest.hexdigest()
    link = {"hardlink": path, "symlink": raw}.get(kind, lambda _: b"")(member.linkname)
    fields = (shown(path(member.name)), kind, size, member.mode & 0o7777, member.uid, member.gid, time(member), shown(link), content)
    return "%s %s %d %o %d %d %s %s %s" % fields


for line in sys.stdin:
    try:
        with tarfile.open(line.rstrip("\n"), "r:*", encoding="utf-8", errors="surrogateescape") as tar:
            for member in tar:
                print(row(tar, member, int(sys.argv[1])))
    except Exception:
        print("error")
    print("end")
