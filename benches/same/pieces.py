"""What the layers of generated images hold. A piece is made twice from one seed: `r` draws the same on both sides, and what a
build's clock, host, dice and arguments decide comes from `side`, so that it drifts as real builds do.
"""

import base64
import datetime
import gzip
import hashlib
import io
import marshal
import os
import random
import sqlite3
import struct
import tarfile
import tempfile
import zipfile

from image import Entry, folder, hardlink, link, parents

SITE = "usr/lib/python3.11/site-packages"
NAMES = "numpy scipy pandas click flask torch requests pyyaml tqdm pillow einops attrs".split()
DEBS = "libc6 curl git bash coreutils openssl libssl3 perl-base tzdata zlib1g vim-tiny ca-certificates".split()
APKS = "musl busybox curl git openssl zlib ca-certificates bash".split()


class Side:
    """One build: its clock, its host, its dice and its arguments."""

    def __init__(self, time, seed, args, moved=False):
        self.time, self.args, self.moved = time, args, moved
        self.noise = random.Random(seed)
        self.host = self.noise.randbytes(6).hex()

    def date(self, form="%Y-%m-%d %H:%M:%S"):
        return datetime.datetime.fromtimestamp(self.time, datetime.timezone.utc).strftime(form)

    def word(self, count=8):
        return "".join(self.noise.choice("abcdefghijklmnopqrstuvwxyz0123456789_") for _ in range(count))

    def file(self, path, data=b"", **more):
        return Entry(path, data.encode() if isinstance(data, str) else data, time=more.pop("time", self.time), **more)

    def shuffled(self, items):
        items = list(items)
        self.noise.shuffle(items)
        return items


def some(r, items, low=1, high=4):
    return r.sample(items, r.randint(low, min(high, len(items))))


def version(r):
    return f"{r.randint(0, 9)}.{r.randint(0, 20)}.{r.randint(0, 9)}"


def moved_version(r, side):
    old = version(r)
    moves = r.random() < 0.25
    return old + ".post1" if moves and side.moved else old


def text(r, lines=4):
    return "".join(f"{r.choice(NAMES)} = {r.randbytes(r.randint(2, 20)).hex()}\n" for _ in range(lines))


# Users and systems


def useradd(r, side):
    name = r.choice(["vorph", "app", "dev"])
    uid = side.args.get("USER_UID", "1000")
    day = int(side.time) // 86400
    salt = side.word(8) if r.random() < 0.3 else "salt"
    password = f"$6${salt}${base64.b64encode(hashlib.sha512(salt.encode()).digest()).decode().rstrip('=').replace('+', '.')}"
    shadow = f"root:*:{r.randint(18000, 19000)}:0:99999:7:::\n{name}:{password}:{day}:0:99999:7:::\n"
    owner = {"uid": int(uid), "gid": int(uid), "uname": name, "gname": name}
    return f"RUN useradd -m -u $USER_UID {name}", parents([
        side.file("etc/passwd", f"root:x:0:0:root:/root:/bin/bash\n{name}:x:{uid}:{uid}::/home/{name}:/bin/bash\n"),
        side.file("etc/shadow", shadow, mode=0o640, gid=42, gname="shadow"),
        side.file("etc/shadow-", shadow.splitlines()[0] + "\n", mode=0o600),
        side.file("etc/group", f"root:x:0:\n{name}:x:{uid}:\n"),
        side.file("etc/gshadow", f"root:*::\n{name}:!::\n", mode=0o640),
        side.file("etc/subuid", f"{name}:{100000 + r.randint(0, 1) * 65536}:65536\n"),
        folder(f"home/{name}", time=side.time, **owner),
        side.file(f"home/{name}/.bashrc", "# bash\n", **owner),
        side.file("var/log/lastlog", bytes(r.randint(10, 400))),
    ])


def stanza(r, side, name):
    return (f"Package: {name}\nStatus: install ok installed\nPriority: optional\nSection: libs\n"
            f"Installed-Size: {r.randint(10, 900)}\nMaintainer: A <a@example.org>\nArchitecture: amd64\n"
            f"Source: {name}-src ({version(r)})\nVersion: {moved_version(r, side)}-1\nDescription: what {name} does\n folded\n .\n")


def apt(r, side):
    names = some(r, DEBS, 2, 6)
    out = []
    for name in names:
        data = text(r)
        if r.random() < 0.2:
            data += f"built {side.date()}\n"
        out.append(side.file(f"usr/share/doc/{name}/copyright", data, time=1_600_000_000 if r.random() < 0.7 else side.time))
        out.append(side.file(f"usr/bin/{name}", r.randbytes(r.randint(20, 200)), mode=0o755, time=1_600_000_000))
        out.append(side.file(f"var/lib/dpkg/info/{name}.list", f"/.\n/usr/share/doc/{name}/copyright\n/usr/bin/{name}\n"))
        out.append(side.file(f"var/lib/dpkg/info/{name}.md5sums",
                             f"{hashlib.md5(data.encode()).hexdigest()}  usr/share/doc/{name}/copyright\n"))
    logs = "".join(f"{side.date()} install {name}:amd64 <none> 1\n" for name in names)
    out += [
        side.file("var/lib/dpkg/status", "\n".join(stanza(r, side, name) for name in names)),
        side.file("var/lib/dpkg/status-old", side.word(30)),
        side.file("var/log/dpkg.log", logs),
        side.file("var/log/apt/history.log", f"\nStart-Date: {side.date('%Y-%m-%d  %H:%M:%S')}\nCommandline: apt-get install\n"),
        side.file("var/log/alternatives.log", f"update-alternatives {side.date()}: run with --install /usr/bin/vi\n"),
        side.file("var/cache/apt/pkgcache.bin", side.noise.randbytes(40)),
        side.file("var/lib/apt/lists/deb.example.org_InRelease", f"Date: {side.date('%a, %d %b %Y %H:%M:%S UTC')}\n"),
    ]
    return f"RUN apt-get update && apt-get install -y {' '.join(names)}", parents(out)


def distroless(r, side):
    out = []
    for name in some(r, DEBS, 1, 4):
        data = stanza(r, side, name).replace("Status: install ok installed\n", "")
        out.append(side.file(f"var/lib/dpkg/status.d/{name}", data, time=0))
        out.append(side.file(f"var/lib/dpkg/status.d/{name}.md5sums", f"{r.randbytes(16).hex()}  usr/lib/{name}.so\n", time=0))
        out.append(side.file(f"usr/lib/{name}.so", r.randbytes(60), time=0))
    return "COPY rootfs/ /", parents(out)


def packed_tar(members, time, order):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in order(members):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), int(time)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def apk(r, side):
    names = some(r, APKS, 2, 5)
    rows, out = [], []
    for name in names:
        sum1 = base64.b64encode(r.randbytes(20)).decode()
        rows.append(f"C:Q1{sum1}\nP:{name}\nV:{moved_version(r, side)}-r0\nA:x86_64\nS:1\nI:2\nT:{name}\nU:https://example.org\n"
                    f"L:MIT\no:{name}\nF:usr/bin\nR:{name}\na:0:0:755\nZ:Q1{sum1}\n\n")
        out.append(side.file(f"usr/bin/{name}", r.randbytes(30), mode=0o755))
    if r.random() < 0.7:
        stamp = side.date("%Y%m%d.%H%M%S")
        rows.append(f"C:Q1{base64.b64encode(side.noise.randbytes(20)).decode()}\nP:.build-deps\nV:{stamp}\nA:noarch\n\n")
        out.append(side.file("etc/apk/world", "\n".join(names) + f"\n.build-deps={stamp}\n"))
    scripts = [(f"{name}-1.Q1x.post-install", b"#!/bin/sh\n" + name.encode()) for name in names]
    out += [
        side.file("lib/apk/db/installed", "".join(rows)),
        side.file("lib/apk/db/scripts.tar", packed_tar(scripts, side.time, list)),
        side.file("etc/alpine-release", "3.20.3\n"),
        side.file("var/cache/apk/APKINDEX.1.tar.gz", gzip.compress(side.noise.randbytes(9), mtime=int(side.time))),
    ]
    return f"RUN apk add --virtual .build-deps {' '.join(names)}", parents(out)


def rpm(r, side):
    return "RUN dnf install -y " + " ".join(some(r, DEBS)), parents([
        side.file("var/lib/rpm/rpmdb.sqlite", database(r, side, times=True)),
        side.file("var/lib/rpm/rpmdb.sqlite-shm", side.noise.randbytes(32)),
        side.file("var/lib/rpm/.rpm.lock"),
        side.file("var/lib/rpm/__db.001", side.noise.randbytes(20)),
        side.file("var/log/dnf.log", f"{side.date('%Y-%m-%dT%H:%M:%SZ')} INFO --- logging initialized ---\n"),
    ])


# Python


def pyc(r, side, source, name):
    form = r.choice(["time", "time", "time", "hash", "short", "two"])
    tail = ""
    if r.random() < 0.15:
        tail = f"\nextra = {side.noise.randint(0, 1)}\n"
    code = marshal.dumps(compile(source + tail, name, "exec"))
    if form == "hash":
        flags = 1 if side.moved and r.random() < 0.3 else 0b11
        return b"\xa7\x0d\x0d\x0a" + struct.pack("<L", flags) + hashlib.sha256(source.encode()).digest()[:8] + code
    head = struct.pack("<LL", int(side.time) & 0xFFFFFFFF, len(source))
    if form == "two":
        return b"\x03\xf3\x0d\x0a" + head[:4] + code
    if form == "short":
        return b"\x33\x0d\x0d\x0a" + head + code
    return b"\xa7\x0d\x0d\x0a" + bytes(4) + head + code


def pip(r, side):
    site = r.choice([SITE, "usr/local/lib/python3.11/dist-packages", "opt/venv/lib/python3.12/site-packages"])
    out, names = [], some(r, NAMES)
    for name in names:
        number = moved_version(r, side)
        rows = []

        def put(path, data, row=True, **more):
            data = data.encode() if isinstance(data, str) else data
            out.append(side.file(f"{site}/{path}", data, **more))
            value = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            rows.append(f"{path},sha256={value},{len(data)}" if row else f"{path},,")

        source = f"def f(x):\n    return x + {r.randint(0, 99)}\nNAMES = ['{name}', 'b']\n"
        put(f"{name}/__init__.py", source)
        if r.random() < 0.8:
            put(f"{name}/__pycache__/__init__.cpython-311.pyc", pyc(r, side, source, f"/{site}/{name}/__init__.py"), row=False)
        if r.random() < 0.3:
            put(f"{name}/_version.py", f"built = '{side.date()}'\n")
        if r.random() < 0.2:
            put(f"{name}/_ext.so", elf(r, side), mode=0o755)
        info = f"{name}-{number}.dist-info"
        put(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\nRequires-Dist: click\n\nText.\n")
        put(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: bdist_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        put(f"{info}/INSTALLER", r.choice(["pip\n", "uv", "uv\n" if side.moved else "pip\n"]))
        if r.random() < 0.5:
            put(f"{info}/REQUESTED", "")
        if r.random() < 0.3:
            commit = (side.noise if r.random() < 0.4 else r).randbytes(20).hex()
            put(f"{info}/direct_url.json", r.choice([
                f'{{"url":"https://git.example.org/{name}.git","vcs_info":{{"vcs":"git","commit_id":"{commit}","requested_revision":"main"}}}}',
                f'{{"url":"file:///tmp/pip-build-{side.word()}","dir_info":{{}}}}',
                f'{{"url":"https://files.example.org/{name}.whl","archive_info":{{"hash":"sha256={commit}"}}}}',
            ]))
        rows.append(f"{info}/RECORD,,")
        if r.random() < 0.3:
            rows = side.shuffled(rows)
        out.append(side.file(f"{site}/{info}/RECORD", ("\r\n" if r.random() < 0.2 else "\n").join(rows) + "\n"))
    if r.random() < 0.3:
        out.append(side.file("root/.cache/pip/http-v2/a/b", side.noise.randbytes(50)))
    return "RUN " + r.choice(["pip install -r requirements.txt", f"pip install {' '.join(names)}", "pip3 install --user click",
                              "/bin/bash -c \"pip install -r requirements.txt\""]), parents(out)


def egg(r, side):
    out = []
    for name in some(r, NAMES, 1, 2):
        number = version(r)
        data = f"Metadata-Version: 1.0\nName: {name}\nVersion: {number}\n"
        form = r.randrange(3)
        if form == 0:
            out.append(side.file(f"{SITE}/{name}-{number}-py3.11.egg-info/PKG-INFO", data))
            out.append(side.file(f"{SITE}/{name}-{number}-py3.11.egg-info/SOURCES.txt", "\n".join(side.shuffled("abc"))))
        elif form == 1:
            out.append(side.file(f"{SITE}/{name}-{number}.egg-info", data))
        else:
            out.append(side.file(f"{SITE}/{name}-{number}-py3.11.egg", archive(r, side, "zip")))
            out.append(side.file(f"{SITE}/easy-install.pth", f"./{name}-{number}-py3.11.egg\n"))
        out.append(side.file(f"{SITE}/{name}.py", text(r)))
    return "RUN python setup.py install", parents(out)


def uv(r, side):
    drawn = side.word(16)
    cache = f"root/.cache/uv/archive-v0/{drawn}"
    return "RUN uv sync", parents([
        side.file(f"{cache}/click/core.py", text(random.Random(1))),
        side.file(f"{cache}/click/again.py", text(random.Random(2))),
        hardlink("opt/venv/lib/python3.12/site-packages/click/core.py", f"{cache}/click/core.py", time=side.time),
        link("root/.cache/uv/wheels-v5/pypi/click/8.1.8", f"../../archive-v0/{drawn}", time=side.time),
        side.file("opt/venv/lib/python3.12/site-packages/.lock"),
        side.file("opt/venv/lib/python3.12/site-packages/click-8.1.8.dist-info/uv_cache.json", f'{{"timestamp":{side.time}}}'),
        side.file("root/.npm/_cacache/index-v5/aa", side.noise.randbytes(30)),
    ])


def conda(r, side):
    names = some(r, NAMES, 2, 5)
    rows = [f"+defaults::{name}-{version(r)}-py311_0" for name in names]
    data = f"==> {side.date()} <==\n# cmd: conda install {' '.join(names)}\n# conda version: 23.1.0\n"
    data += "\n".join(side.shuffled(rows) if r.random() < 0.5 else rows) + "\n"
    return "RUN conda install -y " + " ".join(names), parents([
        side.file("opt/conda/conda-meta/history", data),
        *[side.file(f"opt/conda/conda-meta/{name}-1-0.json", f'{{"name":"{name}","timestamp":{int(side.time)}}}') for name in names],
    ])


# Clocks, hosts, dice


FORMS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%a %b %d %H:%M:%S UTC %Y", "%a, %d %b %Y %H:%M:%S +0000", "%d/%b/%Y:%H:%M:%S",
         "%b %d %Y", "%Y%m%d", "%s", "%d.%m.%Y", "%H:%M:%S", "%Y%m%d%H%M%S", "%d %B %Y", "%I:%M:%S %p"]


def clock(r, side):
    out = []
    for number in range(r.randint(1, 4)):
        form = r.choice(FORMS)
        stamp = str(int(side.time)) if form == "%s" else side.date(form)
        body = f"# {text(r, 1)}generated = {stamp}\n" * r.randint(1, 3) + text(r, 2)
        kind = r.randrange(6)
        name = f"etc/built-{number}"
        if kind == 0:
            out.append(side.file(name + ".gz", gzip.compress(body.encode(), mtime=int(side.time))))
        elif kind == 1:
            out.append(side.file(name + ".pdf", b"%PDF-1.4\n/CreationDate (D:" + side.date("%Y%m%d%H%M%S").encode() + b"Z)\n\xff\n"))
        elif kind == 2:
            out.append(side.file(f"outputs/{side.date('%Y-%m-%d/%H-%M-%S')}/log.txt", text(random.Random(number))))
        else:
            out.append(side.file(name, body))
    return "RUN date > /etc/built", parents(out)


def host(r, side):
    out = [
        side.file("etc/builder", side.host + "\n"),
        side.file("opt/app/config.status", f"configured on {side.host}\nin /tmp/pip-install-{side.word()}/app\n{text(r, 2)}"),
    ]
    if r.random() < 0.5:
        out.append(side.file(f"tmp/tmp{side.word()}", "left\n"))
    return "RUN hostname > /etc/builder", parents(out)


def dice(r, side):
    block = base64.encodebytes(side.noise.randbytes(200)).decode()
    choices = [
        side.file("etc/machine-id", side.noise.randbytes(16).hex() + "\n"),
        side.file("var/lib/dbus/machine-id", side.noise.randbytes(16).hex() + "\n"),
        side.file("etc/app/secret", side.noise.randbytes(32).hex() + "\n", mode=0o600),
        side.file("etc/app/id", f"id: {side.noise.randbytes(4).hex()}-{side.noise.randbytes(2).hex()}\n"),
        side.file("etc/app/salt.bin", b"salted" + side.noise.randbytes(16) + b"end of it"),
        side.file("etc/ssl/key.pem", f"-----BEGIN PRIVATE KEY-----\n{block}-----END PRIVATE KEY-----\n", mode=0o600),
        side.file("etc/ssh/ssh_host_ed25519_key",
                  f"-----BEGIN OPENSSH PRIVATE KEY-----\n{block}-----END OPENSSH PRIVATE KEY-----\n", mode=0o600),
        side.file("etc/ssh/ssh_host_ed25519_key.pub",
                  f"ssh-ed25519 {base64.b64encode(side.noise.randbytes(51)).decode()} root@{side.host}\n"),
        side.file("usr/share/blob.bin", side.noise.randbytes(r.randint(5, 3000))),
        side.file("etc/app/sorted.txt", "\n".join(side.shuffled(["one", "two", "three", "four"])) + "\n"),
    ]
    return r.choice(["RUN openssl rand -hex 32 > /etc/app/secret", "RUN ssh-keygen -A", "RUN uuidgen > /etc/app/id"]), \
        parents(some(r, choices, 1, 6))


def argument(r, side):
    value = side.args.get("VERSION", "1.0")
    return "RUN echo $VERSION > /opt/version", parents([
        side.file("opt/version", f"version={value}\n"),
        side.file(f"opt/app-{value}/bin/run", f"#!/bin/sh\necho {value}\n", mode=0o755),
        link("opt/app", f"app-{value}", time=side.time),
    ])


# Caches and databases


def caches(r, side):
    libraries = [(1, 10), (2, 20), (3, 30)]
    aux = b"glibc-ld.so.auxcache-2.0" + struct.pack("<LL", 3, 8)
    for inode, size in side.shuffled(libraries):
        inode += side.noise.randrange(1000)
        aux += struct.pack("<QQQQ", inode, inode, size, inode) + bytes([3, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]) + side.noise.randbytes(4)
    font = bytearray(64)
    font[:4], font[16] = b"\x04\xfc\x02\xfc", 64
    font[48:52] = struct.pack("<L", int(side.time))
    items, texts = [], b""
    for number in side.shuffled([1, 2, 3]):
        items.append((number, len(texts)))
        texts += b"message %d\0" % number
    catalog = b"RHHHKSLP" + bytes(8) + struct.pack("<QQQ", 40, 3, 56)
    catalog += b"".join(bytes([number]) * 48 + struct.pack("<Q", at) for number, at in sorted(items)) + texts
    aliases = [b"one", b"two", b"three"]
    store = b"\xfe\xed\xfe\xed" + struct.pack(">LL", 2, 3)
    for alias in side.shuffled(aliases):
        store += struct.pack(">LH", 2, len(alias)) + alias + struct.pack(">Q", int(side.time * 1000))
        store += struct.pack(">H", 5) + b"X.509" + struct.pack(">L", len(alias)) + alias
    fonts = [f'{{"fname":"/usr/share/fonts/{name}","name":"{name}"}}' for name in side.shuffled("abc")]
    choices = [
        side.file("var/cache/ldconfig/aux-cache", aux + b"\0libc.so\0", mode=0o600),
        side.file("var/cache/fontconfig/0123-le64.cache-8", bytes(font) + b"/usr/share/fonts\0x"),
        folder("usr/share/fonts", time=side.time),
        side.file("var/lib/systemd/catalog/database", catalog),
        side.file("etc/ssl/certs/java/cacerts", store + hashlib.sha1(store).digest()),
        side.file("root/.cache/matplotlib/fontlist-v390.json", f'{{"_version":390,"ttflist":[{",".join(fonts)}]}}'),
        side.file("usr/share/icons/hicolor/icon-theme.cache", b"\0\1\0\0" + "".join(side.shuffled("abcdef")).encode()),
        side.file("usr/share/applications/mimeinfo.cache", "[MIME Cache]\n" + "".join(f"{x}=1\n" for x in side.shuffled("abc"))),
        side.file("usr/share/mime/mime.cache", b"\0\1\0\2" + "".join(side.shuffled("abcdef")).encode()),
        side.file("var/cache/man/index.db", b"\xcf\x9a\x57\x13\0\0" + f"ls\0-\t1\t1\t{int(side.time)}\t0".encode()),
        side.file("root/.wget-hsts", f"# HSTS 1.0 Known Hosts database for GNU Wget.\nexample.org\t0\t1\t{int(side.time)}\t31536000\n"),
        side.file("root/.triton/cache/ab/kernel.cubin", side.noise.randbytes(30)),
        side.file("app/__pycache__/b.f-1.py311.nbi", b"\x80\x04\x8c\x060.66.0.\x80\x04G" + struct.pack(">d", side.time) + b"}."),
        side.file("app/b.py", "x"),
        side.file("tmp/torchinductor_root/ab/c.py", text(side.noise, 2)),
    ]
    return "RUN ldconfig && fc-cache", parents(some(r, choices, 2, 9))


def hub(r, side):
    root = "root/.cache/huggingface/hub/models--a--b"
    moved = r.random() < 0.5
    commit = ("b" if moved and side.moved else "a") * 40
    return "RUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('a/b')\"", parents([
        side.file(f"{root}/refs/main", commit),
        side.file(f"{root}/blobs/{hashlib.sha1(commit.encode()).hexdigest()}", f'{{"model": "{commit[:2]}"}}'),
        link(f"{root}/snapshots/{commit}/config.json", f"../../blobs/{hashlib.sha1(commit.encode()).hexdigest()}", time=side.time),
        side.file("root/.cache/huggingface/hub/.locks/models--a--b/x.lock"),
        side.file("models/.cache/huggingface/download/config.json.metadata", f"{commit}\netag\n{side.time + 0.25}\n"),
        side.file("models/model.safetensors", struct.pack("<Q", 2) + b"{}" + r.randbytes(50)),
    ])


def database(r, side, times=False):
    rows = [(name, r.randint(0, 9)) for name in NAMES]
    with tempfile.TemporaryDirectory() as at:
        path = os.path.join(at, "x.db")
        base = sqlite3.connect(path)
        base.execute("create table t (id integer primary key, name text, n integer, stamp text)")
        for row, (name, number) in side.shuffled(enumerate(rows)):
            base.execute("insert into t values (?, ?, ?, ?)", (row, name, number, side.date() if times else "x"))
        base.commit()
        if r.random() < 0.5:
            for _ in range(side.noise.randint(0, 3)):
                base.execute("update t set n = n")
                base.commit()
        base.close()
        with open(path, "rb") as file:
            return file.read()


def sqlite(r, side):
    return "RUN python build_index.py", parents([
        side.file("srv/index.db", database(r, side, times=r.random() < 0.4)),
        *([side.file("srv/index.db-journal", side.noise.randbytes(20))] if r.random() < 0.2 else []),
    ])


def archive(r, side, form):
    members = [(f"m/{name}.txt", text(r, 2).encode()) for name in some(r, NAMES, 2, 4)]
    if r.random() < 0.25:
        members[0] = (members[0][0], members[0][1] + side.date().encode())
    order = side.shuffled if r.random() < 0.4 else list
    if form == "tar":
        return packed_tar(members, side.time, order)
    if form == "tgz":
        return gzip.compress(packed_tar(members, side.time, order), r.choice([1, 6, 9]), mtime=int(side.time))
    if form == "gz":
        return gzip.compress(members[0][1], mtime=int(side.time))
    if form == "ar":
        out = b"!<arch>\n"
        for name, data in order(members):
            data += b"\n" * (len(data) % 2)
            head = f"{name[2:15]}/"
            out += f"{head:16}{int(side.time):<12}{0:<6}{0:<6}{'100644':8}{len(data):<10}`\n".encode() + data
        return out
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in order(members):
            info = zipfile.ZipInfo(name, datetime.datetime.fromtimestamp(side.time, datetime.timezone.utc).timetuple()[:6])
            packed.writestr(info, data)
    return out.getvalue()


def archives(r, side):
    forms = [("zip", "lib/a.zip"), ("zip", "lib/b.jar"), ("zip", "lib/c-1-py3-none-any.whl"), ("tar", "lib/d.tar"),
             ("tgz", "lib/e.tar.gz"), ("gz", "usr/share/man/man1/f.1.gz"), ("ar", "usr/lib/libg.a"), ("zip", "data/h.npz")]
    return "RUN make dist", parents([side.file(path, archive(r, side, form)) for form, path in some(r, forms, 1, 5)])


def git(r, side):
    root = r.choice(["opt/src/.git", "srv/mirror.git"])
    commit = r.randbytes(20).hex()
    names = sorted(some(r, NAMES, 1, 4))
    index = b"DIRC" + struct.pack(">LL", 2, len(names))
    for name in names:
        time = int(side.time) & 0xFFFFFFFF
        row = struct.pack(">10L", time, side.noise.randrange(10**9), time, 5, 3, side.noise.randrange(10**6), 0o100644, 0, 0, 9)
        row += hashlib.sha1(name.encode()).digest() + struct.pack(">H", len(name)) + name.encode()
        index += row + bytes(8 - len(row) % 8)
    log = f"{'0' * 40} {commit} root <root@{side.host}> {int(side.time)} +0000\tclone: from https://git.example.org/a.git\n"
    return "RUN git clone https://git.example.org/a.git /opt/src", parents([
        side.file(f"{root}/HEAD", "ref: refs/heads/main\n"),
        side.file(f"{root}/index", index + hashlib.sha1(index).digest()),
        side.file(f"{root}/logs/HEAD", log),
        side.file(f"{root}/refs/heads/main", commit + "\n"),
        side.file(f"{root}/FETCH_HEAD", f"{commit}\t\tbranch 'main' of https://git.example.org/a\n"),
        side.file(f"{root}/packed-refs", f"# pack-refs with: peeled fully-peeled sorted \n{commit} refs/remotes/origin/main\n"),
        side.file(f"{root}/objects/pack/pack-{side.noise.randbytes(20).hex()}.pack", b"PACK" + side.noise.randbytes(50)),
    ])


def elf(r, side):
    """A small shared object with a build id, text, and strings that may name a folder or hold a date."""
    code = r.randbytes(64)
    words = b"libx\0" + (f"/tmp/pip-install-{side.word()}/x.c".encode() if r.random() < 0.4 else b"/build/x.c") + b"\0"
    if r.random() < 0.3:
        words += side.date("%b %d %Y").encode() + b"\0"
    note = struct.pack("<LLL", 4, 20, 3) + b"GNU\0" + hashlib.sha1(side.noise.randbytes(4)).digest()
    symbols = bytes(24) + (side.noise.randbytes(24) if r.random() < 0.2 else b"")
    parts = [(".text", 1, 6, code), (".note.gnu.build-id", 7, 2, note), (".rodata", 1, 2, words), (".symtab", 2, 0, symbols)]
    names = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in parts) + b".shstrtab\0"
    body, headers = b"", [bytes(64)]
    for name, kind, flags, data in [*parts, (".shstrtab", 3, 0, names)]:
        body += bytes(-len(body) % 8)
        at = 64 + len(body)
        headers.append(struct.pack("<LLQQQQLLQQ", names.index(name.encode() + b"\0"), kind, flags, at if flags else 0, at,
                                   len(data), 0, 0, 8, 24 if kind == 2 else 0))
        body += data
    body += bytes(-len(body) % 8)
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHLQQQLHHHHHH", 3, 62, 1, 0, 0, 64 + len(body), 0, 64, 56, 0, 64,
                                                      len(headers), len(headers) - 1)
    return head + body + b"".join(headers)


def compiled(r, side):
    return "RUN make install", parents([side.file(f"usr/lib/lib{name}.so", elf(r, side), mode=0o755) for name in some(r, NAMES, 1, 3)])


# Shapes of entries


def removals(r, side):
    """The same removal, marked as another file system would."""
    style = "opaque" if side.moved and r.random() < 0.7 else "each"
    extra = [side.file("var/tmp/.wh..wh.plnk/1.2", "x")] if r.random() < 0.2 else []
    owner = side.noise.randrange(3)
    if style == "opaque":
        return "RUN rm -rf /base/a && mkdir /base/a", parents([side.file("base/a/.wh..wh..opq", uid=owner), *extra,
                                                               side.file("base/a/new", "n")])
    return "RUN rm -rf /base/a && mkdir /base/a", parents([
        *[side.file(f"base/a/.wh.{number}", uid=owner) for number in range(3)], *extra, side.file("base/a/new", "n")])


def removed(r, side):
    names = some(r, ["base/a/0", "base/b", "base/c/deep", "usr/share/base.txt", "nowhere"], 1, 3)
    out = []
    for name in names:
        at, _, last = name.rpartition("/")
        out.append(side.file(f"{at}/.wh.{last}" if at else f".wh.{last}"))
    return "RUN rm -rf " + " ".join("/" + name for name in names), parents(out)


def links(r, side):
    data = text(r)
    drift = r.randrange(4) if side.moved else 9
    first, second = side.file("opt/l/one", data), hardlink("opt/l/two", "opt/l/one", time=side.time)
    third = hardlink("opt/l/three", "opt/l/two" if drift == 0 else "opt/l/one", time=side.time)
    if drift == 1:
        second = side.file("opt/l/two", data)
    if drift == 2:
        first, second = side.file("opt/l/two", data), hardlink("opt/l/one", "opt/l/two", time=side.time)
    if drift == 3:
        third = link("opt/l/three", "one", time=side.time)
    return "COPY links/ /opt/l/", parents([first, second, third, link("opt/l/dangling", "/nowhere", time=side.time),
                                           link("opt/l/up", "../../../../etc/passwd", time=side.time), link("opt/l/self", "self")])


def attributes(r, side):
    change = r.randrange(6) if side.moved else 9
    out = []
    for number in range(r.randint(2, 5)):
        entry = side.file(f"srv/attr/{number}", text(r, 1), mode=r.choice([0o644, 0o755, 0o4755, 0o1777]))
        entry.pax = {"SCHILY.xattr.user.note": "one"} if r.random() < 0.5 else {}
        if r.random() < 0.2:
            entry.pax["SCHILY.xattr.security.capability"] = "\x01\x00\x00\x02\x00\x20\x00"
        hits = r.random() < 0.6
        if hits and change == 0:
            entry.mode ^= 0o022
        elif hits and change == 1:
            entry.uid, entry.gid = 1000, 1000
        elif hits and change == 2:
            entry.uname, entry.gname = "", ""
        elif hits and change == 3:
            entry.pax = {"SCHILY.xattr.user.note": "two", "LIBARCHIVE.creationtime": "1.5"}
        elif hits and change == 4:
            entry.time += 0.5
            entry.pax["atime"] = str(side.time)
        elif hits and change == 5:
            entry = folder(entry.path, time=side.time)
        out.append(entry)
    out += [Entry("srv/attr/pipe", kind="pipe", time=side.time), Entry("srv/attr/null", kind="char", time=side.time)]
    return "RUN chmod -R g-w /srv", parents(out)


def odd_names(r, side):
    names = ["<img src=x onerror=alert(1)>", "::error::x", "@everyone", "a|b`c`", "tab\there", "new\nline", "\u202egnp.exe", "\udcff\udcfe",
             "x" * 200, "very/" * 25 + "deep", "caf\u00e9", "cafe\u0301", "##[error]no", "%0Aend", "back\\slash", " spaces ", "\x1b[31mred"]
    out = []
    for name in some(r, names, 2, 7):
        out.append(side.file(f"odd/{name}", text(r, 1) + (side.date() if r.random() < 0.4 else side.word(3))))
    return "COPY odd/ /odd/", parents(out)


def mounts(r, side):
    choices = [side.file("etc/resolv.conf", f"nameserver 10.0.0.{side.noise.randint(1, 9)}\n"), side.file("etc/hosts", side.host + "\n"),
               side.file("etc/hostname", side.host + "\n"), side.file("proc/.keep"), folder("sys", time=side.time),
               side.file(".dockerenv"), folder("run/secrets", time=side.time), folder("dev/pts", time=side.time)]
    chosen = some(r, choices, 2, 6)
    return "RUN true", parents(chosen[:-1] if side.moved else chosen)


def sums(r, side):
    data = [(f"srv/data/{number}", text(side.noise if r.random() < 0.5 else r, 2).encode()) for number in range(4)]
    rows = "".join(f"{hashlib.sha256(one).hexdigest()}  /{path}\n" for path, one in data)
    return "RUN sha256sum /srv/data/* > /srv/SUMS", parents([*[side.file(path, one) for path, one in data], side.file("srv/SUMS", rows)])


def plain(r, side):
    out = [side.file(f"app/{number}.txt", text(r), time=1_600_000_000 if r.random() < 0.5 else side.time) for number in range(r.randint(1, 9))]
    if side.moved and r.random() < 0.4:
        out[0].data += b"unexplained " + side.noise.randbytes(2).hex().encode()
    if side.moved and r.random() < 0.2:
        out.append(side.file("app/new.txt", "new"))
    if r.random() < 0.1:
        out.append(side.file("app/big.bin", r.randbytes(200_000)))
    if r.random() < 0.1:
        out.append(side.file("app/0.txt", "twice"))
    return r.choice(["COPY . /app", "ADD app.tar /app", "COPY --chown=1000 app /app"]), parents(out)


def usrmerge(r, side):
    return "RUN ln -s usr/bin /bin", parents([
        link("bin", "usr/bin", time=side.time), link("lib", "usr/lib", time=side.time),
        side.file("usr/bin/tool", r.randbytes(40), mode=0o755), side.file("usr/lib/libtool.so", elf(r, side))])


def nothing(r, side):
    return "WORKDIR /", [folder("work", time=side.time)] if r.random() < 0.5 else []


PIECES = [useradd, useradd, apt, apt, distroless, apk, rpm, pip, pip, pip, egg, uv, conda, clock, clock, host, dice, dice, argument,
          caches, caches, hub, sqlite, archives, archives, git, compiled, removals, removed, links, attributes, attributes, odd_names,
          mounts, sums, plain, plain, plain, usrmerge, nothing]
