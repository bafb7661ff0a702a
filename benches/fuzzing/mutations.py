"""What is done to bytes, to lines and to documents: damage that parsers don't expect, and small things made large.

Every function takes a `random.Random` first and draws from nothing else: a seed gives the same input again.
"""

import json
import struct

# Numbers at which sizes, counts and offsets turn over.
NUMBERS = [0, 1, 2, 7, 127, 128, 255, 256, 4095, 4096, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63,
           2**64 - 1]
WORDS = [b"\0", b"\xff", b"\r", b"\n", b"\r\n", b"::error::x", b"##[group]x", b"##vso[task.setvariable variable=a]b", b"\x1b[2J",
         "\u202e".encode(), "\u061c".encode(), "\U000e0041".encode(), b"..", b"../../etc/passwd", b"/dev/zero", b"${X}", b"$(", b"`", b"<<E",
         b"<<-'E'", b"\\", b"'", b'"', b"{{", b"}}", b"[[", b"]]", b"- - - -", b"&a", b"*a", b"? ", b"!!binary", b"%", b"@", b"=", b"==",
         b"-r ", b"-c ", b"--hash=sha256:", b"sha256:", b"sha512:", b"RUN ", b"FROM ", b"COPY --from=", b"ARG ", b"ENV ", b"ONBUILD ",
         b"# reprolock: ignore[", b"# syntax=", b"# escape=`", b"HEALTHCHECK ", b"SHELL [", b"<<", b"|5 A=1 B=2 ", b"-----BEGIN ",
         b"9" * 40, b"-1", b"1e999", b"null", b"true", b"[]", b"{}", "\u00e9".encode(), b"\xf0\x9f", "\u017f".encode()]
DEEP = [(b"[", b"]"), (b"{", b"}"), (b"(", b")"), (b"$(", b")"), (b"- ", b""), (b'{"a":', b"}"), (b"${a:-", b"}"), (b"`", b"`"), (b"{a,", b"}"),
        (b"if x; then ", b"; fi"), (b"a.", b""), (b"? ", b""), (b"\"$(", b")\""), (b"sh -c '", b"'"), (b"!", b""), (b"../", b""), (b"env ", b""),
        (b"[[a]", b"]"), (b"x=[", b"]"), (b"a:\n  ", b""), (b"(a)|", b"")]
MOST = 1 << 20


def number(r):
    return r.choice(NUMBERS) if r.random() < 0.7 else r.getrandbits(r.randint(1, 64))


def cut(r, data, longest=0):
    """Two places in the data, not far from each other."""
    start = r.randint(0, len(data))
    longest = longest or max(1, min(len(data), 1 << r.randint(0, 12)))
    return start, min(len(data), start + r.randint(0, longest))


def damaged(r, data):
    """A few strokes over bytes."""
    data = bytearray(data)
    for _ in range(r.choice([1, 1, 1, 2, 3, 8])):
        start, end = cut(r, data)
        stroke = r.randrange(9)
        if stroke == 0 and data:
            data[min(start, len(data) - 1)] ^= 1 << r.randrange(8)
        elif stroke == 1:
            del data[start:end]
        elif stroke == 2:
            data[start:start] = data[start:end] * r.choice([1, 2, 10, 100])
        elif stroke == 3:
            data[start:end] = r.randbytes(end - start)
        elif stroke == 4:
            width = r.choice("BHLQ")
            mask = {"B": 8, "H": 16, "L": 32, "Q": 64}[width]
            packed = struct.pack(r.choice("<>") + width, number(r) & (2**mask - 1))
            data[start:start + len(packed)] = packed
        elif stroke == 5:
            data[start:end] = r.choice(WORDS)
        elif stroke == 6:
            other, until = cut(r, data)
            data[start:end] = data[other:until]
        elif stroke == 7:
            del data[start:]
        else:
            data[start:end] = bytes(end - start)
        if len(data) > 4 * MOST:
            del data[4 * MOST:]
    return bytes(data)


def grown(r, data):
    """A small part many times: what takes quadratic work or deep recursion shows."""
    start, end = cut(r, data, 300)
    part = data[start:end] or b"x"
    size = 1 << r.randint(10, 20)
    kind = r.randrange(4)
    if kind == 0:
        opening, closing = r.choice(DEEP)
        times = max(1, size // (len(opening) + len(closing)) // r.choice([1, 4, 16]))
        body = opening * times + (r.choice([part[:20], b"", b"x"]) + closing * times if r.random() < 0.7 else b"")
    elif kind == 1:
        word = r.choice(WORDS)
        body = (word + r.choice([b"", b" ", b"\n", b",", b" && "])) * max(1, size // (len(word) + 1))
    elif kind == 2:
        body = b"".join(part + b"%d" % at for at in range(max(1, size // (len(part) + 4))))
    else:
        body = part * max(1, size // len(part))
    return data[:start] + body + data[end if r.random() < 0.5 else start:]


def lines(r, data):
    """Lines taken out, doubled, swapped, joined, and words of others put in."""
    rows = data.split(b"\n")
    for _ in range(r.choice([1, 1, 2, 4])):
        at, other = r.randrange(len(rows)), r.randrange(len(rows))
        stroke = r.randrange(9)
        if stroke == 0 and len(rows) > 1:
            del rows[at]
        elif stroke == 1:
            rows.insert(other, rows[at])
        elif stroke == 2:
            rows[at], rows[other] = rows[other], rows[at]
        elif stroke == 3:
            rows[at] = rows[at] + b" " + rows[other].strip()
        elif stroke == 4:
            words = rows[at].split(b" ")
            words.insert(r.randint(0, len(words)), r.choice(WORDS))
            rows[at] = b" ".join(words)
        elif stroke == 5:
            rows[at:at] = [rows[at]] * (1 << r.randint(1, 16 if len(rows[at]) < 60 else 12))
        elif stroke == 6:
            rows[at] = rows[at].rstrip(b"\\")
        elif stroke == 7:
            rows[at] = rows[at] + b" \\"
        else:
            rows[at] = (b" " * r.randint(0, 9)) + rows[at].lstrip()
        if len(rows) > 200_000:
            del rows[200_000:]
    return b"\n".join(rows)


def text(r, data):
    """One of the above, as a file that people write would suffer it."""
    stroke = r.randrange(10)
    if stroke < 5:
        return lines(r, data)
    if stroke < 7:
        return damaged(r, data)
    if stroke < 9:
        return grown(r, data)
    return grown(r, lines(r, data))


def value(r, depth=0):
    """Any JSON."""
    kind = r.randrange(11)
    if kind == 0:
        return None
    if kind == 1:
        return r.random() < 0.5
    if kind == 2:
        return number(r) * r.choice([1, 1, -1])
    if kind == 3:
        return r.choice(WORDS).decode("utf-8", "replace")
    if kind == 4:
        return r.random() * 10.0 ** r.randint(-300, 300)
    if kind == 5 and depth < 3:
        return [value(r, depth + 1) for _ in range(r.randint(0, 4))]
    if kind == 6 and depth < 3:
        return {r.choice(["digest", "size", "layers", "a", "", "Config", "mediaType"]): value(r, depth + 1) for _ in range(r.randint(0, 4))}
    if kind == 7:
        return "sha256:" + r.randbytes(32).hex()
    if kind == 8:
        return "x" * (1 << r.randint(0, 18))
    if kind == 9:
        return [0] * (1 << r.randint(0, 16))
    return ""


def places(document, at=()):
    """Every place of a document, as what holds it and its key there."""
    items = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, inner in list(items):
        yield document, key
        yield from places(inner)


def document(r, data):
    """JSON in which values became others; sometimes its text is damaged as well, or a key stands twice."""
    try:
        tree = json.loads(data)
    except ValueError:
        return text(r, data)
    for _ in range(r.choice([1, 1, 1, 2, 4])):
        spots = list(places(tree))
        if not spots:
            break
        holder, key = r.choice(spots)
        stroke = r.randrange(7)
        if stroke == 0:
            del holder[key]
        elif stroke == 1:
            holder[key] = value(r)
        elif stroke == 2 and isinstance(holder, list):
            holder.extend([holder[key]] * (1 << r.randint(1, 14)))
        elif stroke == 3:
            other, name = r.choice(spots)
            if name in (other if isinstance(other, dict) else range(len(other))):
                # A copy: a document that holds itself is none.
                holder[key] = json.loads(json.dumps(other[name]))
        elif stroke == 4 and isinstance(holder, dict) and isinstance(key, str):
            holder[r.choice([key.upper(), key.title(), key.replace("s", "\u017f"), key.replace("k", "\u212a")])] = value(r)
        elif stroke == 5 and isinstance(holder[key], str):
            holder[key] = text(r, holder[key].encode()).decode("utf-8", "replace")
        elif stroke == 6 and isinstance(holder[key], int):
            holder[key] = number(r)
    made = json.dumps(tree, ensure_ascii=r.random() < 0.5).encode("utf-8", "replace")
    chance = r.random()
    if chance < 0.1:
        return damaged(r, made)
    if chance < 0.2:
        return grown(r, made)
    return made


def tar(r, data):
    """A tar whose blocks moved, or whose headers say something else and have a good checksum again."""
    blocks = [data[at:at + 512] for at in range(0, len(data), 512)]
    heads = [at for at, block in enumerate(blocks) if block[257:262] == b"ustar"]
    for _ in range(r.choice([1, 1, 2, 4])):
        if not heads:
            return damaged(r, data)
        at = r.choice(heads)
        stroke = r.randrange(8)
        if stroke < 4 and at < len(blocks) and len(blocks[at]) == 512:
            block = bytearray(blocks[at])
            start, width = r.choice([(0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (156, 1), (157, 100), (265, 32), (297, 32),
                                     (329, 8), (345, 155)])
            digits = b"%0*o" % (width - 1, number(r))
            field = r.choice([bytes(width), b"\xff" * width, digits[:width], b"\x80" + r.randbytes(width - 1), r.randbytes(width),
                              r.choice(WORDS), bytes([r.choice(b"0123456789xgLKSVMNDA")])])
            block[start:start + width] = field[:width].ljust(width, b"\0")
            block[148:156] = b" " * 8
            block[148:156] = b"%06o\0 " % (sum(block) & 0o777777)
            blocks[at] = bytes(block)
        elif stroke == 4:
            blocks.insert(r.choice(heads), blocks[at % len(blocks)])
        elif stroke == 5:
            del blocks[at % len(blocks)]
        elif stroke == 6:
            blocks[at:at] = blocks[at:at + 2] * (1 << r.randint(0, 12))
        else:
            inner = min(len(blocks) - 1, at + 1)
            blocks[inner] = damaged(r, blocks[inner])[:512].ljust(512, b"\0")
    return b"".join(blocks)
