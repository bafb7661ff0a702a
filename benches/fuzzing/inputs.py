"""What is fuzzed: each kind fills a folder with an input, damaged, and yields the commands that read it.

Images, archives and files come from the generators of benches/same; texts from testdata and from a corpus of real files.
"""

import gzip
import hashlib
import io
import json
import os
import random
import re
import struct
import subprocess
import tarfile
import zipfile

import image as images
import mutations
import pairs
import pieces

FORMATS = ["text", "json", "markdown", "html", "sarif", "github", "junit"]
PLAIN = ["text", "json", "markdown", "html"]


class Seeds:
    """Texts that people wrote, and binary files that tools wrote, by what they are."""

    def __init__(self, root, corpus):
        self.texts = {name: [] for name in ("Dockerfile", "compose.yaml", "docker-bake.hcl", "devcontainer.json", "Makefile", "run.sh",
                                            "requirements.txt")}
        self.files = []
        for at, _, names in sorted(os.walk(os.path.join(root, "testdata", "lint"))):
            for name in sorted(names):
                for kind in self.texts:
                    if kind.lower() in name.lower() and "." in name:
                        self.texts[kind].append(read(os.path.join(at, name)))
        self.texts["compose.yaml"] += [b"services:\n  a:\n    image: python:3.12\n    build:\n      context: .\n      args: {A: 1}\n"
                                       b"    command: [sh, -c, 'pip install x']\n    environment:\n      - A=1\n"
                                       b"x: &a [*a, {<<: *a}]\n"]
        self.texts["docker-bake.hcl"] += [b'variable "A" { default = "1" }\ntarget "a" {\n  dockerfile = "Dockerfile"\n  args = { A = "${A}" }\n'
                                          b'  contexts = { b = "docker-image://python:3.12" }\n  dockerfile-inline = <<E\nFROM a\nE\n}\n']
        self.texts["devcontainer.json"] += [b'{ // c\n "image": "python:3.12", "build": {"dockerfile": "Dockerfile", "args": {"A": "1"}},\n'
                                            b'"postCreateCommand": "pip install x", "features": {"a:1": {}} }']
        self.texts["Makefile"] += [b"IMG ?= a:1\nall:\n\tdocker build -t $(IMG) . \\\n\t  --build-arg A=$(shell date)\n\tdocker run -it $(IMG)\n"]
        self.texts["run.sh"] += [b"#!/bin/bash\ndocker run --rm python:3.12 sh -c \"pip install ${X:-y}\" <<E\na\nE\nfor i in a b; do docker pull $i; done\n"]
        self.texts["requirements.txt"] += [b"numpy==1.0 --hash=sha256:" + b"a" * 64 + b"\ntorch>=2 ; python_version < '3.9'\n-e git+https://example.org/a.git@main#egg=a\n"
                                           b"-r more.txt\n--extra-index-url https://example.org/simple\nhttps://example.org/a-1-py3-none-any.whl\n"]
        if corpus and os.path.isdir(corpus):
            self.corpus(corpus)
        self.locks = [read(os.path.join(root, "testdata", "locks", "every-key.lock"))]

    def corpus(self, corpus):
        for name in sorted(os.listdir(os.path.join(corpus, "dockerfiles"))):
            if name != "INDEX.tsv":
                self.texts["Dockerfile"].append(read(os.path.join(corpus, "dockerfiles", name)))
        for name in sorted(os.listdir(os.path.join(corpus, "requirements"))):
            if name != "INDEX.tsv":
                self.texts["requirements.txt"].append(read(os.path.join(corpus, "requirements", name)))
        for at, _, names in sorted(os.walk(os.path.join(corpus, "catalogs"))) + sorted(os.walk(os.path.join(corpus, "pkgdb"))):
            for name in sorted(names):
                path = os.path.join(at, name)
                if os.path.islink(path) or not 0 < os.path.getsize(path) < 200_000:
                    continue
                self.files.append((name, read(path)))

    def text(self, r, kind):
        return r.choice(self.texts[kind]) if self.texts[kind] else b""


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(place, name, data):
    path = os.path.join(place, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def built(r):
    """Two builds of one Dockerfile, and the Dockerfile."""
    sides = [pieces.Side(pairs.OLD, r.random(), {"USER_UID": "1000", "VERSION": "1.0.3"}),
             pieces.Side(pairs.NEW, r.random(), {"USER_UID": "1234", "VERSION": "2.0.77"}, moved=True)]
    old, new, dockerfile = pairs.build(r, sides)
    pairs.mutate(r, old, new)
    return old, new, dockerfile.encode()


class Blobs:
    """An OCI layout in memory, whose documents can be changed and put together again."""

    def __init__(self):
        self.blobs = {}

    def put(self, data):
        name = images.digest(data)
        self.blobs[name] = data
        return {"digest": name, "size": len(data)}

    def layout(self, place, name, index):
        write(place, f"{name}/oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        write(place, f"{name}/index.json", index)
        for digest, data in self.blobs.items():
            write(place, f"{name}/blobs/sha256/{digest[7:]}", data)


def layout(r, place, name, image, change):
    """Writes an image, each of its parts as `change(part, bytes)` makes it, and what names a part names what it became."""
    blobs = Blobs()
    tars = [change("tar", layer.tar()) for layer in image.layers]
    config = change("config", images.dump(image.document(tars)))
    layers = [{"mediaType": layer.media(image.docker), **blobs.put(change("blob", layer.blob(tar)))}
              for layer, tar in zip(image.layers, tars)]
    kind = images.DOCKER + "distribution.manifest.v2+json" if image.docker else images.OCI + "manifest.v1+json"
    manifest = images.dump({"schemaVersion": 2, "mediaType": kind, "layers": layers,
                            "config": {"mediaType": images.OCI + "config.v1+json", **blobs.put(config)}})
    manifest = change("manifest", manifest)
    row = {"mediaType": kind, "annotations": {"org.opencontainers.image.ref.name": "1"}, **blobs.put(manifest)}
    index = images.dump({"schemaVersion": 2, "mediaType": images.OCI + "index.v1+json", "manifests": [row]})
    blobs.layout(place, name, change("index", index))


def untouched(_, data):
    return data


def once(r, part, stroke):
    """Damages one of the parts of that name with `stroke`, drawn anew for each."""
    def change(name, data):
        return stroke(r, data) if name == part and r.random() < 0.6 else data
    return change


def commands(r, dockerfile=True):
    """Everything that reads two images, `old` and `new`."""
    file = ["-f", "Dockerfile"] if dockerfile and r.random() < 0.5 else []
    yield ["inspect", "oci:new", *file, "--format", r.choice(PLAIN)]
    yield ["freeze", "oci:old", *file, "--files", r.choice(["all", "own", "none"])]
    yield ["verify", "oci:new", "-v", "--format", r.choice(FORMATS), "--require", r.choice(pairs.REQUIRES)]
    yield ["verify", "oci:new", "--against", "oci:old", "--format", r.choice(FORMATS)]
    yield ["diff", "oci:old", "oci:new", *file, "-v", "--format", r.choice(FORMATS)]


# Images


def documents(r, place, seeds, run):
    old, new, dockerfile = built(r)
    write(place, "Dockerfile", dockerfile)
    part = r.choice(["config", "config", "manifest", "index"])
    layout(r, place, "old", old, untouched)
    layout(r, place, "new", new, once(r, part, mutations.document))
    yield from commands(r)


def streams(r, place, seeds, run):
    old, new, dockerfile = built(r)
    write(place, "Dockerfile", dockerfile)
    layout(r, place, "old", old, untouched)
    layout(r, place, "new", new, once(r, "blob", mutations.damaged))
    yield from commands(r)


def tars(r, place, seeds, run):
    old, new, dockerfile = built(r)
    write(place, "Dockerfile", dockerfile)
    stroke = r.choice([mutations.tar, mutations.tar, mutations.damaged, mutations.grown])
    layout(r, place, "old", old, untouched if r.random() < 0.7 else once(r, "tar", mutations.tar))
    layout(r, place, "new", new, once(r, "tar", stroke))
    yield from commands(r)


def archives(r, place, seeds, run):
    old, new, _ = built(r)
    layout(r, place, "old", old, untouched)
    if r.random() < 0.5:
        images.docker_archive(os.path.join(place, "new.tar"), new)
    else:
        layout(r, place, "new", new, untouched)
        images.archive(os.path.join(place, "new.tar"), os.path.join(place, "new"))
    data = read(os.path.join(place, "new.tar"))
    if r.random() < 0.5:
        data = renamed(r, data)
    else:
        data = r.choice([mutations.tar, mutations.damaged])(r, data)
    if r.random() < 0.2:
        data = gzip.compress(data, 1)
        data = mutations.damaged(r, data) if r.random() < 0.3 else data
    write(place, "new.tar", data)
    yield ["inspect", "new.tar", "--format", r.choice(PLAIN)]
    yield ["freeze", "oci:old"]
    yield ["verify", "new.tar", "--format", r.choice(FORMATS)]


def renamed(r, data):
    """An archive of images whose documents are others."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar, tarfile.open(fileobj=out, mode="w") as made:
        for info in tar:
            data = tar.extractfile(info).read() if info.isfile() else b""
            if info.name in ("manifest.json", "index.json", "repositories"):
                data = mutations.document(r, data)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def odd_zip(r):
    """A zip whose directory says what it likes: members over each other, long names, sizes that lie."""
    count = r.choice([1, 10, 1000, 20_000])
    body = b"PK\x03\x04" + struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 0, 0, 9, 9, 1, 0) + b"a" + r.randbytes(r.choice([9, 100, 60_000]))
    rows = b""
    for at in range(count):
        name = b"m%d" % at * r.choice([1, 1, 50])
        rows += b"PK\x01\x02" + struct.pack("<HHHHHHLLLHHHHHLL", 20, 20, 0, r.choice([0, 0, 8]), 0, 0, 0, r.choice([9, len(body) - 31]),
                                            r.choice([9, mutations.number(r) & 0xFFFFFFFF]), len(name), 0, 0, 0, 0, 0,
                                            r.choice([0, 0, 0, at % max(1, len(body))])) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(rows), len(body), 0)
    return body + rows + end


def odd_elf(r):
    """An object of many sections whose names lie over each other in one long string."""
    count, length = r.choice([10, 1000, 60_000]), r.choice([100, 10_000, 2_000_000])
    names = b"\0" + b"n" * length + b"\0"
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHLQQQLHHHHHH", 3, 62, 1, 0, 0, 64 + len(names), 0, 64, 56, 0, 64, count, count - 1)
    rows = [struct.pack("<LLQQQQLLQQ", 1 + at % length, 1, 2, 64, 64, r.choice([8, len(names)]), 0, 0, 8, 0) for at in range(count - 1)]
    rows.append(struct.pack("<LLQQQQLLQQ", 1, 3, 0, 0, 64, len(names), 0, 0, 1, 0))
    return head + names + b"".join(rows)


def files(r, place, seeds, run):
    """Two images with the same files, which differ by damage: what causes read them as must take anything."""
    sides = [pieces.Side(pairs.OLD, 1, {}), pieces.Side(pairs.NEW, 2, {}, moved=True)]
    rows = [[], []]
    for _ in range(r.randint(1, 5)):
        chance = r.random()
        if chance < 0.6:
            piece, seed = r.choice(pieces.PIECES), r.random()
            both = [piece(random.Random(seed), side)[1] for side in sides]
            for own, entries in zip(rows, both):
                own += [entry for entry in entries if entry.kind == "file"]
        elif chance < 0.8 and seeds.files:
            name, data = r.choice(seeds.files)
            where = r.choice(["lib", "usr/lib/python3.11/site-packages/x", "var/lib/rpm", "opt/conda/conda-meta", "lib/apk/db", "var/lib/dpkg"])
            for own in rows:
                own.append(images.Entry(f"{where}/{name}", data))
        else:
            make = r.choice([odd_zip, odd_elf])
            name = r.choice(["a.whl", "b.jar", "c.zip", "d.egg"]) if make is odd_zip else "e.so"
            for own in rows:
                own.append(images.Entry(f"lib/{name}", make(r)))
    for own in rows:
        for entry in own:
            if r.random() < (0.2 if own is rows[0] else 0.5):
                entry.data = r.choice([mutations.damaged, mutations.damaged, mutations.damaged, mutations.grown, mutations.text])(r, entry.data)
    for own, name in zip(rows, ("old", "new")):
        layer = images.Layer(images.parents(own), "RUN /bin/sh -c make # buildkit", "pax", "gzip-1")
        layout(r, place, name, images.Image([layer]), untouched)
    yield from commands(r, dockerfile=False)


# Locks


def frozen(r, place, run, files="all"):
    """A lock of an old image beside a new one; whether there is one."""
    old, new, dockerfile = built(r)
    write(place, "Dockerfile", dockerfile)
    layout(r, place, "old", old, untouched)
    layout(r, place, "new", new, untouched)
    return run(["freeze", "oci:old", "--files", files]).code == 0


def verifying(r):
    yield ["verify", "oci:new", "-v", "--format", r.choice(FORMATS), "--require", r.choice(pairs.REQUIRES)]
    yield ["verify", "oci:old", "--against", "oci:old", "--format", r.choice(FORMATS)]
    yield ["lint", ".", "--format", r.choice(FORMATS)]
    yield ["freeze", "oci:new"]


def locks(r, place, seeds, run):
    if r.random() < 0.2:
        write(place, "reprolock.lock", r.choice(seeds.locks))
        layout(r, place, "new", built(r)[1], untouched)
        layout(r, place, "old", built(r)[0], untouched)
    elif not frozen(r, place, run):
        return
    path = os.path.join(place, "reprolock.lock")
    write(place, "reprolock.lock", mutations.text(r, read(path)))
    yield from verifying(r)


def indexes(r, place, seeds, run):
    if not frozen(r, place, run):
        return
    path = os.path.join(place, "reprolock.lock.files.zst")
    if not os.path.exists(path) or not images.HAS_ZSTD:
        return
    if r.random() < 0.2:
        write(place, "reprolock.lock.files.zst", mutations.damaged(r, read(path)))
    else:
        rows = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
        rows = mutations.text(r, rows)
        write(place, "reprolock.lock.files.zst", subprocess.run(["zstd", "-cq", "-3"], input=rows, capture_output=True, check=True).stdout)
        lock = read(os.path.join(place, "reprolock.lock"))
        digest = b'files = "sha256:' + hashlib.sha256(rows).hexdigest().encode() + b'"'
        write(place, "reprolock.lock", re.sub(rb'^files = "sha256:[0-9a-f]*"', digest, lock, count=1, flags=re.M))
    yield from verifying(r)


# Texts


def linting(r):
    yield ["lint", ".", "--format", r.choice(FORMATS), *(["--pedantic"] if r.random() < 0.5 else [])]
    yield ["lint", ".", "--diff", "--unsafe-fixes"]
    yield ["lint", ".", "--fix", "--unsafe-fixes", "--format", r.choice(FORMATS)]
    yield ["lint", "."]


def dockerfiles(r, place, seeds, run):
    write(place, "Dockerfile", mutations.text(r, seeds.text(r, "Dockerfile")))
    write(place, "requirements.txt", mutations.text(r, seeds.text(r, "requirements.txt")))
    write(place, "more.txt", seeds.text(r, "requirements.txt"))
    if r.random() < 0.3:
        write(place, ".dockerignore", r.choice([b"**/*.pyc\n!a\n", mutations.text(r, b"node_modules\n*.md\n!**/a*[b-c]?\n")]))
    yield from linting(r)
    if r.random() < 0.3:
        layout(r, place, "new", built(r)[1], untouched)
        yield ["inspect", "oci:new", "-f", "Dockerfile"]


def around(r, place, seeds, run):
    """What stands around Dockerfiles."""
    for name in r.sample(["compose.yaml", "docker-bake.hcl", "devcontainer.json", "Makefile", "run.sh", "requirements.txt"], 2):
        data = seeds.text(r, name)
        stroke = mutations.document if name.endswith(".json") and r.random() < 0.5 else mutations.text
        path = ".devcontainer/" + name if name == "devcontainer.json" else name
        write(place, path, stroke(r, data))
    write(place, "Dockerfile", b"FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n")
    yield from linting(r)


SETTINGS = b"""[registry]
insecure = ["registry.lab:5000"]
[[registry.mirror]]
prefix = "docker.io"
location = "mirror.example.org/hub"
[lint]
select = ["shadow-date", "image-unpinned-digest", "all"]
ignore = ["apt-unpinned"]
min-severity = "warning"
pedantic = true
[lint.per-path]
"docker/{a,b}*[c-d]/**/x?.dev" = ["pip-unpinned"]
[lint.severity]
shadow-date = "error"
"""


def settings(r, place, seeds, run):
    write(place, "reprolock.toml", mutations.text(r, SETTINGS))
    write(place, "docker/a/Dockerfile", seeds.text(r, "Dockerfile"))
    yield from linting(r)


def huge(r, place, seeds, run):
    """Texts that are plain, and long."""
    size = 1 << r.randint(8, 19)
    rows = [b"RUN true\n", b"RUN pip install a%d\n", b"RUN apt-get update && apt-get install -y a%d && rm -rf /x\n", b"ARG A%d=1\n",
            b"ENV A%d=$A\n", b"COPY --from=a%d /a /b\n", b"FROM a%d AS b%d\n", b"# reprolock: ignore[pip-unpinned] x%d\nRUN pip install a\n",
            b"# reprolock: ignore[all]\n", b"RUN curl https://example.org/%d | sh\n", b"LABEL a%d=b\n", b"RUN <<E\npip install a%d\nE\n",
            b"HEALTHCHECK CMD a%d\n", b"RUN cd /a%d; git clone https://example.org/a.git\n", b"USER a%d\nWORKDIR b\n"]
    row = r.choice(rows)
    several = [row] if r.random() < 0.7 else r.sample(rows, 3)
    body, at = [], 0
    while sum(map(len, body[-1:])) * len(body) < size and at < 120_000:
        one = several[at % len(several)]
        body.append(one % ((at,) * one.count(b"%d")))
        at += 1
    write(place, "Dockerfile", b"FROM a\n" + b"".join(body))
    lists = [b"a%d\n", b"a%d==1 --hash=sha256:" + b"a" * 64 + b"\n", b"-r x%d.txt\n", b"-e git+https://example.org/a%d.git\n", b"https://example.org/a%d.whl\n"]
    one = r.choice(lists)
    write(place, "requirements.txt", b"".join(one % at for at in range(size // len(one))))
    if r.random() < 0.3:
        write(place, "compose.yaml", b"services:\n" + b"".join(b"  a%d:\n    image: a:%d\n" % (at, at) for at in range(size // 30)))
    yield from linting(r)


KINDS = {"documents": documents, "streams": streams, "tars": tars, "archives": archives, "files": files, "locks": locks,
         "indexes": indexes, "dockerfiles": dockerfiles, "around": around, "settings": settings, "huge": huge}
