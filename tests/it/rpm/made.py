"""Makes rpm databases with the real tools, and what these say of each, below a folder: NAME/files/..., NAME/truth.json.

`made.py sqlite FOLDER SEED COUNT`: databases of SQLite's in all states that a container's end can leave one in, judged by SQLite.
`made.py berkeley FOLDER SEED`: what Berkeley DB's own loader makes of such rows, in both byte orders and all sizes of pages.
`made.py rpm FOLDER`: packages built and installed by rpm itself, judged by `rpm -qa`.
"""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys

MAGIC = bytes.fromhex("8eade80100000000")


def header(tags):
    """A header of these texts, sealed as rpm seals one."""
    index, data = b"", b""
    for tag, text in tags:
        index += struct.pack(">IIII", tag, 6, len(data), 1)
        data += text + b"\0"
    index = struct.pack(">IIiI", 63, 7, len(data), 16) + index
    data += struct.pack(">IIiI", 63, 7, -len(index), 16)
    size = struct.pack(">II", len(index) // 16, len(data))
    seal = hashlib.sha256(MAGIC + size + index + data).hexdigest().encode()
    index += struct.pack(">IIII", 273, 6, len(data), 1)
    data += seal + b"\0"
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def package(r, number, long):
    name, version = f"p{number}", f"{r.randrange(9)}.{r.randrange(99)}"
    about = r.randbytes(r.choice([0, 10, 300, r.randrange(long)])).replace(b"\0", b"x")
    return f"{name} {version}-1", header([(1000, name.encode()), (1001, version.encode()), (1002, b"1"), (1005, about)])


def judged(folder, names):
    """What SQLite reads, of a copy, since it mends what it opens."""
    copy = folder + ".copy"
    shutil.copytree(folder, copy)
    db = sqlite3.connect(os.path.join(copy, "rpmdb.sqlite"))
    rows = db.execute("select blob from Packages").fetchall()
    db.close()
    shutil.rmtree(copy)
    return sorted(names[blob] for (blob,) in rows)


def one_sqlite(r, work, case):
    os.makedirs(work)
    path = os.path.join(work, "rpmdb.sqlite")
    db = sqlite3.connect(path, isolation_level=None)
    size = r.choice([512, 1024, 4096, 8192, 65536])
    db.execute(f"pragma page_size={size}")
    db.execute(f"pragma auto_vacuum={r.choice([0, 0, 1, 2])}")
    db.execute("create table Packages (hnum integer primary key autoincrement, blob blob not null)")
    db.execute("create table Name (key text not null, hnum integer not null, idx integer not null)")
    db.execute("create index Name_key_idx on Name(key asc)")
    names, live, number = {}, [], 0
    mode = r.choice(["closed", "wal", "wal", "wal", "restarted", "open", "journal", "journal", "journal-open"])
    is_wal = "journal" not in mode
    db.execute("pragma journal_mode=" + ("wal" if is_wal else "delete"))
    db.execute("pragma wal_autocheckpoint=0")
    db.execute("pragma cache_size=2")

    def change():
        nonlocal number
        for _ in range(r.randrange(1, 12)):
            if live and r.random() < 0.4:
                gone = live.pop(r.randrange(len(live)))
                db.execute("delete from Packages where hnum=?", (gone,))
                db.execute("delete from Name where hnum=?", (gone,))
            else:
                number += 1
                name, blob = package(r, number, r.choice([1000, 20000, 200000 if size > 512 else 20000]))
                names[blob] = name
                row = db.execute("insert into Packages(blob) values (?)", (blob,)).lastrowid
                db.execute("insert into Name values (?, ?, 0)", (name.split()[0], row))
                live.append(row)

    def transaction():
        db.execute("begin immediate")
        change()
        db.execute("commit")

    for _ in range(r.randrange(1, 5)):
        transaction()
    if mode in ("wal", "restarted", "open") and r.random() < 0.7:
        db.execute("pragma wal_checkpoint(restart)" if mode == "restarted" else "pragma wal_checkpoint(passive)")
        for _ in range(r.randrange(0, 3)):
            transaction()
    files = os.path.join(case, "files")
    os.makedirs(files)

    def snap():
        for ending in ["", "-wal", "-journal"]:
            if os.path.exists(path + ending):
                shutil.copy(path + ending, files)

    if mode == "closed":
        if r.random() < 0.3:
            db.execute("vacuum")
        db.close()
        snap()
    elif mode in ("open", "journal", "journal-open"):
        # Spilled to the disk by the small cache, and never ended.
        db.execute("begin immediate")
        for _ in range(4):
            change()
        if mode == "journal-open":
            db.execute("rollback")
        snap()
        db.close()
    else:
        snap()
        db.close()
    with open(os.path.join(case, "truth.json"), "w") as truth:
        json.dump({"mode": mode, "size": size, "packages": judged(files, names)}, truth)
    shutil.rmtree(work)


def sqlite(folder, seed, count):
    for at in range(int(count)):
        r = random.Random(int(seed) * 1000 + at)
        one_sqlite(r, os.path.join(folder, "work"), os.path.join(folder, f"case-{at}"))


def berkeley(folder, seed):
    r = random.Random(int(seed))
    for order, letter in [(1234, "<"), (4321, ">")]:
        for size in [512, 1024, 4096, 16384, 65536]:
            rows = [package(r, number, 6000) for number in range(1, r.choice([2, 40, 400]))]
            pairs = [(0, struct.pack(letter + "I", len(rows)))]
            pairs += [(number, blob) for number, (_, blob) in enumerate(rows, 1)]
            lines = ["VERSION=3", "format=bytevalue", "type=hash", f"db_pagesize={size}", "HEADER=END"]
            for number, blob in pairs:
                lines += [" " + struct.pack(letter + "I", number).hex(), " " + blob.hex()]
            case = os.path.join(folder, f"{order}-{size}")
            os.makedirs(os.path.join(case, "files"))
            dump = "\n".join(lines + ["DATA=END", ""]).encode()
            place = os.path.join(case, "files", "Packages")
            subprocess.run(["db5.3_load", "-c", f"db_lorder={order}", "-f", "/dev/stdin", place], input=dump, check=True)
            with open(os.path.join(case, "truth.json"), "w") as truth:
                json.dump({"packages": sorted(name for name, _ in rows)}, truth)


SPEC = """Name: {name}
Version: {version}
Release: {release}
{epoch}
Summary: made for a test
License: MIT
BuildArch: {arch}
%description
made for a test
%install
mkdir -p %{{buildroot}}/usr/share/{name}
echo {name} > %{{buildroot}}/usr/share/{name}/a
%files
/usr/share/{name}
"""


def rpm(folder):
    work = os.path.join(folder, "work")
    os.makedirs(work)
    specs = [
        ("plain", "1.0", "1", "", "noarch"),
        ("zero", "1.0", "1.el9", "Epoch: 0", "noarch"),
        ("seven", "1.0~rc1", "1", "Epoch: 7", "noarch"),
        ("snap", "1^20240101git", "2.fc39", "", "noarch"),
        ("a-b-c", "3", "1", "", "noarch"),
    ]
    define = ["--define", f"_topdir {work}", "--define", "_build_id_links none"]
    for name, version, release, epoch, arch in specs:
        spec = os.path.join(work, name + ".spec")
        with open(spec, "w") as out:
            out.write(SPEC.format(name=name, version=version, release=release, epoch=epoch, arch=arch))
        subprocess.run(["rpmbuild", "-bb", "--quiet", *define, spec], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    built = os.path.join(work, "RPMS", "noarch")
    packages = [os.path.join(built, name) for name in sorted(os.listdir(built))]
    files = os.path.join(folder, "made", "files")
    os.makedirs(files)
    at = ["rpm", "--dbpath", os.path.abspath(files)]
    subprocess.run([*at, "-i", "--justdb", "--nodeps", "--noscripts", *packages], check=True)
    subprocess.run([*at, "-e", "--justdb", "--nodeps", "plain"], check=True)
    query = "%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH} %{SHA256HEADER}\\n"
    told = subprocess.run([*at, "-qa", "--qf", query], check=True, capture_output=True, text=True).stdout
    with open(os.path.join(folder, "made", "truth.json"), "w") as truth:
        json.dump({"packages": sorted(told.splitlines())}, truth)
    shutil.rmtree(work)


if __name__ == "__main__":
    {"sqlite": sqlite, "berkeley": berkeley, "rpm": rpm}[sys.argv[1]](*sys.argv[2:])
