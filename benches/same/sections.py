"""The cases of each section, out of real images, real Dockerfiles, the seed, real double builds, broken input and registries."""

import bz2
import collections
import csv
import functools
import gzip
import json
import lzma
import os
import shutil
import socket
import subprocess
import tarfile
import time

import image as images
from image import Entry, Image, Layer
from pairs import FORMATS, REQUIRES, make
from run import Case, Step

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
TESTDATA = os.path.join(REPOSITORY, "testdata")
PAGES = ["text", "json", "markdown", "html"]  # of freeze and inspect


def inside(folder, name, source, at="in"):
    """A link to what is only read."""
    path = os.path.join(folder, at, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(source, path)
    return path


def through(image, more=(), deep=True):
    """Everything that is asked of one image."""
    out = [Step(["inspect", image, *more, "--format", form]) for form in PAGES]
    out += [Step(["inspect", image, *more, "-v"]), Step(["freeze", image, *more, "-o", "a.lock"])]
    lock = lambda name, *rest: Step(["verify", image, *more, "--lock", name, *rest], needs=name, reads=True)
    out += [lock("a.lock", "--format", form) for form in FORMATS]
    out += [lock("a.lock", "--require", require) for require in REQUIRES]
    if deep:
        out += [Step(["freeze", image, *more, "-o", "all.lock", "--files", "all", "--format", "json"]),
                Step(["freeze", image, *more, "-o", "none.lock", "--files", "none", "--format", "markdown"]),
                Step(["freeze", image, *more, "-o", "one.lock", "--jobs", "1", "--format", "html"]),
                lock("all.lock", "-v"), lock("none.lock", "--format", "json"), lock("a.lock", "--against", image)]
    out += [Step(["diff", image, image, *more]), Step(act=without_index), lock("bare.lock"), lock("bare.lock", "--format", "json")]
    return out


def brief(image, more=()):
    """What is asked of an image by its other names."""
    verify = lambda *rest: Step(["verify", image, *more, "--lock", "a.lock", *rest], needs="a.lock", reads=True)
    return [Step(["inspect", image, *more]), Step(["inspect", image, *more, "--format", "json"]), Step(["freeze", image, *more, "-o", "a.lock"]),
            verify("--format", "json"), verify("--require", "blob")]


def without_index(work):
    if os.path.exists(os.path.join(work, "a.lock")):
        shutil.copyfile(os.path.join(work, "a.lock"), os.path.join(work, "bare.lock"))


def between(old, new, more=(), number=0, every=False):
    """Everything that is asked of two images."""
    at = lambda words, step: words[(number + step) % len(words)]
    freeze = Step(["freeze", old, "-o", "old.lock", *more])
    verify = lambda *rest: Step(["verify", new, "--lock", "old.lock", *rest], needs="old.lock", reads=True)
    if every:
        out = [freeze] + [verify("--format", form) for form in FORMATS] + [verify("--require", require, "-v") for require in REQUIRES]
        out += [verify("--against", old, "--format", form) for form in FORMATS] + [verify("--against", old, "-v")]
        out += [Step(["diff", old, new, *more, "--format", form]) for form in FORMATS]
        out += [Step(["diff", old, new, *more, "-v", "--require", require]) for require in REQUIRES]
        return out + [Step(["diff", new, old, *more]), Step(["inspect", new]), Step(["inspect", new, "--format", "json"])]
    return [freeze, verify("--format", "json"), verify("--format", at(FORMATS, 0), "--require", at(REQUIRES, 0)),
            verify("--against", old, "--format", at(FORMATS, 3)), Step(["diff", old, new, *more, "--format", "json"]),
            Step(["diff", old, new, *more, "--format", at(FORMATS, 5), "--require", at(REQUIRES, 1), "-v"])]


# Real images


def corpus_images(corpus):
    folder = os.path.join(corpus, "images")
    names = sorted(name for name in os.listdir(folder) if name != "INDEX.tsv")
    cases, groups = [], collections.defaultdict(list)
    for name in names:
        path = os.path.join(folder, name)
        for number, (image, more) in enumerate(references(path, name)):
            cases.append(image_case(path, image, more, brief if number else through))
            groups[name.split("+")[0]].append((image, more))
        if os.path.isfile(path) and not is_image(path):
            # One that unpacks to gigabytes of zeros is asked for its refusal alone.
            cases.append(Case("images", f"{name} as a layer", wrapped([path], capped if is_huge(path) else through)))
            if not is_huge(path):
                groups[name.split("+")[0] + " layers"].append(path)
    for group, members in groups.items():
        for number, (one, other) in enumerate(zip(members, members[1:])):
            label = f"{group}, {number} and {number + 1}"
            if isinstance(one, str):
                cases.append(Case("images", label, wrapped_pair(one, other, number)))
            else:
                cases.append(Case("images", label, lambda at, one=one, other=other, number=number: (
                    inside(at, "images", folder), between(one[0], other[0], number=number))[1]))
    cases += catalogs(corpus)
    return cases


def image_case(path, image, more, asked):
    def make(folder):
        inside(folder, "images", os.path.dirname(path))
        return asked(image, more)
    return Case("images", f"{image} {' '.join(more)}".strip(), make)


def references(path, name):
    """The ways to name what a file or a folder holds: bare, and by each tag and platform that its index lists."""
    place = f"../in/images/{name}"
    out = [(place, [])]
    layouts = [at for at, _, files in os.walk(path) if "index.json" in files] if os.path.isdir(path) else []
    for at in sorted(layouts):
        inner = os.path.relpath(at, os.path.dirname(path))
        out.append((f"oci:../in/images/{inner}", []))
        try:
            with open(os.path.join(at, "index.json")) as file:
                entries = [entry for entry in json.load(file)["manifests"] if isinstance(entry, dict)]
        except (ValueError, KeyError, TypeError):
            continue
        for entry in entries[:6]:
            tag = (entry.get("annotations") or {}).get("org.opencontainers.image.ref.name")
            if tag:
                out.append((f"oci:../in/images/{inner}:{tag}", []))
            platform = entry.get("platform") or {}
            try:
                with open(os.path.join(at, "blobs", *entry["digest"].split(":"))) as file:
                    below = json.load(file).get("manifests") or []
            except (OSError, ValueError, KeyError, AttributeError):
                below = []
            for one in [platform, *[entry.get("platform") or {} for entry in below[:6]]]:
                if one.get("os") and one.get("architecture"):
                    words = [one["os"], one["architecture"], *([one["variant"]] if one.get("variant") else [])]
                    out.append((f"oci:../in/images/{inner}" + (f":{tag}" if tag else ""), ["--platform", "/".join(words)]))
    if os.path.isfile(path):
        out += [(f"docker-archive:{place}", []), (f"oci-archive:{place}", [])] if is_image(path) else []
        for tag in tags(path):
            out.append((f"docker-archive:{place}:{tag}", []))
    seen = []
    for one in out:
        if one not in seen:
            seen.append(one)
    return seen


def capped(image):
    return [Step([command, image, "--max-unpacked-size", "64MiB", *more]) for command, *more in
            (["inspect"], ["inspect", "--format", "json"], ["freeze", "-o", "a.lock"], ["diff", image])]


def is_huge(path, most=1 << 30):
    try:
        with tarfile.open(path) as tar:
            return sum(member.size for member in tar) > most
    except Exception:  # noqa: BLE001: many are broken on purpose
        return False


def tags(path):
    try:
        with tarfile.open(path) as tar:
            rows = json.load(tar.extractfile("manifest.json"))
        return [tag for row in rows for tag in row.get("RepoTags") or []][:4]
    except Exception:  # noqa: BLE001: many are broken on purpose
        return []


@functools.cache
def is_image(path):
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.name.removeprefix("./") in ("manifest.json", "index.json", "oci-layout", "repositories"):
                    return True
    except Exception:  # noqa: BLE001: many are broken on purpose
        pass
    return False


class Given(Layer):
    """A layer whose tar is a file's bytes."""

    def __init__(self, data, **more):
        super().__init__([], **more)
        self.data = data

    def tar(self):
        return self.data


def unpacked(path):
    with open(path, "rb") as file:
        data = file.read()
    for start, opener in [(b"\x1f\x8b", gzip), (b"\xfd7zXZ", lzma), (b"BZh", bz2)]:
        if data.startswith(start):
            try:
                return opener.decompress(data)
            except Exception:  # noqa: BLE001: many are broken on purpose
                return data
    return data


def wrapped(paths, asked, **more):
    def make(folder):
        layers = [Given(unpacked(path), created_by=f"ADD layer-{number} /", packing="gzip-1") for number, path in enumerate(paths)]
        images.oci(os.path.join(folder, "in", "image"), Image(layers))
        return asked("oci:../in/image", **more)
    return make


def wrapped_pair(old, new, number):
    def make(folder):
        for name, path in [("old", old), ("new", new)]:
            images.oci(os.path.join(folder, "in", name), Image([Given(unpacked(path), created_by="ADD layer /")]))
        return between("oci:../in/old", "oci:../in/new", number=number)
    return make


def catalogs(corpus):
    """Trees and databases as images of one layer."""
    cases = []

    def layer(entries):
        return Layer(images.parents(entries), "COPY root/ /", dialect="pax", packing="none")

    def one(name, entries):
        def make(folder):
            images.oci(os.path.join(folder, "in", "image"), Image([layer(entries())]))
            return through("oci:../in/image", deep=False)
        cases.append(Case("images", name, make))

    def file(*parts):
        with open(os.path.join(corpus, *parts), "rb") as file:
            return file.read()

    one("pkgdb dpkg", lambda: [Entry("var/lib/dpkg/status", file("pkgdb", "dpkg-status-91"))])
    one("pkgdb apk", lambda: [Entry("lib/apk/db/installed", file("pkgdb", "apk-installed-15"))])
    for name in sorted(os.listdir(os.path.join(corpus, "rpmdb"))):
        if os.path.isfile(os.path.join(corpus, "rpmdb", name)):
            last = next((last for last in ["Packages.db", "rpmdb.sqlite"] if name.endswith(last)), "Packages")
            one(f"rpmdb {name}", lambda name=name, last=last: [Entry(f"var/lib/rpm/{last}", file("rpmdb", name))])
    root = os.path.join(corpus, "catalogs")
    for at, _, files in sorted(os.walk(root)) if os.path.isdir(root) else []:
        name = os.path.relpath(at, root)
        if "tree.tar.gz" in files:
            cases.append(Case("images", f"catalogs {name}", wrapped([os.path.join(at, "tree.tar.gz")], through)))
        elif "truth.json" in files and os.path.isdir(at):
            one(f"catalogs {name}", lambda at=at: tree(at))
    return cases


def tree(root, most=400):
    out = []
    for at, folders, files in sorted(os.walk(root)):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(at, name)
            relative = os.path.relpath(path, root)
            if os.path.islink(path):
                out.append(images.link(relative, os.readlink(path)))
            elif len(out) < most and os.path.getsize(path) < 4_000_000:
                with open(path, "rb") as file:
                    out.append(Entry(relative, file.read()))
    return out


# Dockerfiles


ALL = ["--select", "all"]


def lints(path, stdin=None):
    """What is asked of one text, that is not changed."""
    at, data = (["-"], stdin) if stdin is not None else ([path], b"")
    lint = lambda *more: Step(["lint", *at, *more], stdin=data)
    out = [lint(*ALL, "--format", form) for form in FORMATS]
    out += [lint(), lint("--pedantic", "--runtime", "--format", "json"), lint("--min-severity", "error"), lint("-v", "--ignore", "apt-unpinned")]
    return out + [lint("--diff"), lint("--diff", "--unsafe-fixes", *ALL), lint("--diff", "--unsafe-fixes", "--lock", "seed.lock")]


def fixes(paths):
    """What writes: each in a case of its own, so that all of the folder is compared."""
    return [["--fix", *paths], ["--fix", "--unsafe-fixes", *ALL, *paths], ["--fix", "--unsafe-fixes", "--lock", "seed.lock", *paths],
            ["--fix", "--unsafe-fixes", "--pedantic", "--format", "json"]]


def lint_cases(name, put, paths):
    """`put` fills the folder that is linted."""
    def filled(folder):
        work = os.path.join(folder, "work")
        put(work)
        os.makedirs(os.path.join(work, ".git"), exist_ok=True)
        lock = os.path.join(REPOSITORY, "lockfiles", "seed.lock")
        shutil.copyfile(lock, os.path.join(work, "seed.lock"))
        shutil.copyfile(lock + ".files.zst", os.path.join(work, "seed.lock.files.zst"))
        return work

    def looks(folder):
        work = filled(folder)
        out = [Step(["lint"]), Step(["lint", *ALL, "--format", "json"]), Step(["lint", "--diff", "--unsafe-fixes"])]
        for path in paths:
            out += lints(path)
        if paths:
            with open(os.path.join(work, paths[0]), "rb") as file:
                data = file.read()
            out += [Step(["lint", "-", *ALL], stdin=data), Step(["lint", "-", "--fix", "--unsafe-fixes"], stdin=data),
                    Step(["lint", "-", "--diff", "--stdin-filename", paths[0]], stdin=data)]
        return out

    cases = [Case("dockerfiles", name, looks)]
    for words in fixes(paths):
        after = [Step(["lint", *ALL, "--format", "json"]), Step(["lint", *words])]
        cases.append(Case("dockerfiles", f"{name} {' '.join(words)[:60]}",
                          lambda folder, words=words, after=after: (filled(folder), [Step(["lint", *words]), *after])[1]))
    return cases


def dockerfiles(corpus):
    cases, folders = [], collections.defaultdict(dict)
    with open(os.path.join(corpus, "dockerfiles", "INDEX.tsv")) as index:
        for row in csv.DictReader(index, delimiter="\t"):
            folders[row["repo"]][row["path"]] = os.path.join(corpus, "dockerfiles", row["file"])
    named = {repo: sorted(files) for repo, files in folders.items()}
    for name in sorted(os.listdir(os.path.join(corpus, "requirements"))):
        owner, repo, path = name.split("+", 2)
        folders[f"{owner}/{repo}"][path.replace("__", "/")] = os.path.join(corpus, "requirements", name)
    for repo, files in sorted(folders.items()):
        def put(work, files=files):
            for path, source in files.items():
                at = os.path.join(work, path)
                os.makedirs(os.path.dirname(at), exist_ok=True)
                shutil.copyfile(source, at)
        cases += lint_cases(repo, put, named.get(repo, []))
    for root, label in [(os.path.join(corpus, "buildkit-parser"), "buildkit"), (os.path.join(os.path.dirname(corpus), "cases", "lint"), "case"),
                        (os.path.join(TESTDATA, "lint"), "rule")]:
        if os.path.isdir(root):
            cases += text_folders(root, label)
    cases += lint_cases("lint-seed", lambda work: shutil.copytree(os.path.join(TESTDATA, "lint-seed"), work, dirs_exist_ok=True),
                        sorted(os.listdir(os.path.join(TESTDATA, "lint-seed"))))
    contexts = os.path.join(os.path.dirname(corpus), "lab", "builds")
    if os.path.isdir(contexts):
        texts = sorted(name for name in os.listdir(contexts) if name.endswith("Dockerfile"))
        cases += lint_cases("lab builds", lambda work: shutil.copytree(contexts, work, dirs_exist_ok=True, symlinks=True), texts)
    for number, (data, _) in enumerate(shared_context(corpus)):
        cases += lint_cases(f"context {number}", data, _)
    return cases


def shared_context(corpus):
    """The projects with locks of Python's installers, each copied and installed by a Dockerfile of our own."""
    root = os.path.join(corpus, "catalogs", "py-locks")
    for name in sorted(os.listdir(root)) if os.path.isdir(root) else []:
        def put(work, name=name):
            shutil.copytree(os.path.join(root, name, "context"), work, dirs_exist_ok=True, symlinks=True)
            lines = ["FROM python:3.12", "COPY . /app", "WORKDIR /app", "RUN pip install -r requirements.txt", "RUN uv sync || poetry install || pipenv install"]
            images.write(os.path.join(work, "Dockerfile"), ("\n".join(lines) + "\n").encode())
        yield put, ["Dockerfile"]


TEXTS = ("Dockerfile", ".yaml", ".yml", ".hcl", ".sh", "Makefile", ".json", ".txt", ".mk")


def text_folders(root, label):
    cases = []
    for at, folders, files in sorted(os.walk(root)):
        folders.sort()
        name = os.path.relpath(at, root)
        if label == "case" and os.sep in name or not files:
            continue
        if label == "case":
            folders.clear()
        texts = sorted(file for file in files if file.endswith(TEXTS) or "Dockerfile" in file)

        def put(work, at=at):
            shutil.copytree(at, work, dirs_exist_ok=True, symlinks=True)
            for path, names, inner in os.walk(work):
                for one in names + inner:
                    os.chmod(os.path.join(path, one), 0o755 if one in names else 0o644)
        cases += lint_cases(f"{label} {name}", put, texts)
        if "cmd" in files:
            with open(os.path.join(at, "cmd")) as file:
                command = file.read()
            cases.append(Case("dockerfiles", f"{label} {name}, cmd", lambda folder, put=put, command=command: (
                put(os.path.join(folder, "work")), os.makedirs(os.path.join(folder, "work", ".git")),
                [Step(shell=command), Step(shell=command.replace("lint", "lint --select all --format json", 1))])[2]))
    return cases


# The seed, the cases of users, and double builds


def seed(corpus):
    root = os.path.join(TESTDATA, "seed")

    def put(folder):
        shutil.copytree(root, os.path.join(folder, "work"), dirs_exist_ok=True)
        for name in ("seed.lock", "seed.lock.files.zst"):
            shutil.copyfile(os.path.join(REPOSITORY, "lockfiles", name), os.path.join(folder, "work", name))

    def images_of(folder):
        put(folder)
        built = ["-f", "Dockerfile"]
        out = through("image.oci.tar") + between("image.oci.tar", "rebuild.oci.tar", built, every=True)
        out += [Step(["freeze", "image.oci.tar", *built]), Step(["verify", "rebuild.oci.tar"]), Step(["verify", "rebuild.oci.tar", "-v"]),
                Step(["verify", "rebuild.oci.tar", "--lock", "seed.lock", *built, "-v"]), Step(["verify", "image.oci.tar", "--lock", "seed.lock"]),
                Step(["lint"]), Step(["lint", "--format", "json", *ALL]), Step(["lint", "--diff", "--unsafe-fixes"]),
                Step(["freeze", "image.oci.tar", *built, "--build-arg", "USER_UID=7", "--target", "x", "-o", "t.lock"]),
                Step(["freeze", "image.oci.tar", *built, "--context", "..", "--build-arg", "USER_UID=7", "-o", "c.lock"])]
        for color in ("always", "never"):
            out += [Step(["verify", "rebuild.oci.tar", "--color", color]), Step(["lint", "--color", color]),
                    Step(["diff", "image.oci.tar", "rebuild.oci.tar", *built, "--color", color, "-v"])]
        for width in ("40", "100", "160"):
            out.append(Step(["verify", "rebuild.oci.tar"], env={"COLUMNS": width, "CLICOLOR_FORCE": "1"}))
        return out

    cases = [Case("seed", "images", images_of)]
    for words in (["--fix"], ["--fix", "--unsafe-fixes"], ["--fix", "--unsafe-fixes", *ALL]):
        cases.append(Case("seed", "lint " + " ".join(words), lambda folder, words=words: (put(folder), [
            Step(["freeze", "image.oci.tar", "-f", "Dockerfile"]), Step(["lint", *words]), Step(["lint", *words]), Step(["lint", *ALL])])[1]))
    root_of_cases = os.path.join(os.path.dirname(corpus), "cases", "images")
    if os.path.isdir(root_of_cases):
        cases += user_cases(root_of_cases)
    return cases


# Servers of the cases listen where the system says; both binaries must see the same place.
PORTS = """
import socket, zlib, os
real = socket.socket.bind
given = [20000 + zlib.crc32(os.environ["SAME_CASE"].encode()) % 9000]
def bind(self, address):
    if isinstance(address, tuple) and address[1] == 0:
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for port in range(given[0], given[0] + 20000, 9):
            try:
                real(self, (address[0], port))
                given[0] = port + 1
                return
            except OSError:
                pass
    return real(self, address)
socket.socket.bind = bind
"""


def user_cases(root):
    cases = []
    library = os.path.join(root, "lib")
    for name in sorted(os.listdir(root)):
        if not os.path.exists(os.path.join(root, name, "cmd")):
            continue

        def make(folder, name=name):
            with open(os.path.join(root, name, "cmd")) as file:
                command = file.read().replace("LIB/", library + "/")
            images.write(os.path.join(folder, "in", "sitecustomize.py"), PORTS.encode())
            env = {"PYTHONPATH": f"{folder}/in:{library}", "NO_COLOR": "1", "SAME_CASE": os.path.dirname(folder) + name}
            return [Step(shell=f"python3 {root}/{name}/gen.py", env=env), Step(shell=command, env=env)]

        normal = [(rb"after \d+ s", b"after N s"), (rb'time="[^"]*"', b"time"), (rb"127\.0\.0\.1:\d+", b"127.0.0.1:PORT")]
        cases.append(Case("seed", f"case {name}", make, normal))
    return cases


def builds(folder):
    """Double builds: layouts with the images 1 and 2, and build-1.oci.tar beside build-2.oci.tar, wherever in the folder."""
    cases = []
    for at, folders, files in sorted(os.walk(folder)):
        if "index.json" in files:
            folders.clear()
            name = os.path.relpath(at, folder)
            cases += build_cases(name, folder, f"oci:../in/builds/{name}:1", f"oci:../in/builds/{name}:2")
        if {"build-1.oci.tar", "build-2.oci.tar"} <= set(files):
            name = os.path.relpath(at, folder)
            cases += build_cases(name, folder, f"../in/builds/{name}/build-1.oci.tar", f"../in/builds/{name}/build-2.oci.tar")
    return cases


def build_cases(name, folder, old, new):
    dockerfile = next((path for path in [
        os.path.join(REPOSITORY, "benches", "double-builds", "pairs", name, "Dockerfile"), os.path.join(TESTDATA, "seed", "Dockerfile"),
    ] if os.path.exists(path)), None)

    def make(at):
        inside(at, "builds", os.path.abspath(folder))
        shutil.copyfile(dockerfile, os.path.join(at, "work", "Dockerfile"))
        verify = lambda *more: Step(["verify", new, "--lock", "old.lock", *more], needs="old.lock", reads=True)
        built = ["-f", "Dockerfile"]
        # Large layers: each command reads hundreds of megabytes, so each format is asked for once.
        return [Step(["freeze", old, "-o", "old.lock", *built]), Step(["freeze", new, "-o", "all.lock", "--files", "all", "--format", "json"]),
                *[verify("--format", form) for form in FORMATS], verify("-v"), verify("--require", "packages"),
                verify("--against", old, "--format", "json"), verify("--against", old, "--format", "html", *built), verify("--against", old, "-v"),
                Step(["diff", old, new, *built, "--format", "json"]), Step(["diff", old, new, "-v"]), Step(["inspect", old, "--format", "json"])]

    return [Case("builds", name, make)]


# What is wrong


def small(*more, **config):
    return Image([Layer(images.parents([Entry("etc/a", b"a"), *more]), "COPY a /etc/")], config)


def errors(corpus):
    def put(folder):
        work = os.path.join(folder, "work")
        at = lambda *parts: os.path.join(work, *parts)
        images.oci(at("image"), small())
        images.oci(at("other"), small(Entry("etc/b", b"b"), Env=["A=1"]))
        images.archive(at("image.tar"), at("image"))
        images.docker_archive(at("save.tar"), small())
        with open(at("save.tar"), "rb") as file:
            data = file.read()
        for cut in (0, 1, 511, 512, 700, 2048, len(data) // 2, len(data) - 1):
            images.write(at(f"cut-{cut}.tar"), data[:cut])
        images.write(at("text"), b"just a text\n")
        images.write(at("empty"), b"")
        os.makedirs(at("folder"))
        os.makedirs(at("no-index", "blobs"))
        images.write(at("no-index", "oci-layout"), b'{"imageLayoutVersion":"1.0.0"}')
        for name, change in hurts():
            shutil.copytree(at("image"), at("hurt", name))
            change(at("hurt", name))
        images.write(at("Dockerfile"), b"FROM python:3.12\nRUN pip install numpy\n")
        images.write(at("bad.Dockerfile"), b"RUN true\nFRMO x\n<<EOF\n")
        images.write(at("bad.toml"), b"[lint\nx = 1\n")
        images.write(at("unknown.toml"), b"[lint]\ncolour = 1\n")
        images.write(at("rule.toml"), b"[lint]\nignore = ['no-such-rule']\nmin-severity = 'warning'\n[lint.severity]\n'shadow-date' = 'fatal'\n")
        images.write(at("good.toml"), b"[lint]\nignore = ['pip-unpinned']\npedantic = true\n[lint.per-path]\n'*.Dockerfile' = ['all']\n"
                     b"[lint.severity]\nshadow-date = 'error'\n[[registry.mirror]]\nprefix = 'docker.io'\nlocation = '127.0.0.1:1/hub'\n")
        images.write(at("latin.Dockerfile"), b"FROM x\nRUN echo \xff\xfe\n")
        images.write(at("nul.Dockerfile"), b"FROM x\n\0\0\n")
        with open(os.path.join(REPOSITORY, "lockfiles", "seed.lock"), "rb") as file:
            lock = file.read()
        os.makedirs(at("locks"))
        for name, text in locks(lock):
            images.write(at("locks", name), text)

    cases = [Case("errors", "usage", lambda folder: (put(folder), usage())[1]),
             Case("errors", "images", lambda folder: (put(folder), broken_images())[1]),
             Case("errors", "locks", lambda folder: (put(folder), broken_locks())[1]),
             Case("errors", "texts", lambda folder: (put(folder), broken_texts())[1]),
             Case("errors", "explain", explained)]
    return cases


def hurts():
    """Ways to break a layout."""
    def index(change):
        def act(at):
            path = os.path.join(at, "index.json")
            with open(path) as file:
                document = json.load(file)
            document = change(document) or document
            with open(path, "w") as file:
                json.dump(document, file)
        return act

    def manifest(change):
        """Rewrites the manifest, and the index so that its digest fits."""
        def act(at):
            blob = lambda name: os.path.join(at, "blobs", "sha256", name[7:])
            with open(os.path.join(at, "index.json")) as file:
                document = json.load(file)
            with open(blob(document["manifests"][0]["digest"])) as file:
                inner = json.load(file)
            inner = change(inner, blob) or inner
            data = inner if isinstance(inner, bytes) else images.dump(inner)
            images.write(blob(images.digest(data)), data)
            document["manifests"][0].update(digest=images.digest(data), size=len(data))
            with open(os.path.join(at, "index.json"), "w") as file:
                json.dump(document, file)
        return act

    def config(change):
        def inner(document, blob):
            with open(blob(document["config"]["digest"])) as file:
                own = json.load(file)
            own = change(own) or own
            data = own if isinstance(own, bytes) else images.dump(own)
            images.write(blob(images.digest(data)), data)
            document["config"].update(digest=images.digest(data), size=len(data))
        return manifest(inner)

    def layer(change):
        def inner(document, blob):
            with open(blob(document["layers"][0]["digest"]), "rb") as file:
                data = change(file.read())
            images.write(blob(images.digest(data)), data)
            document["layers"][0].update(digest=images.digest(data), size=len(data))
        return manifest(inner)

    def put(**more):
        return lambda document, *_: document.update(more)

    def first(**more):
        return lambda document: document["manifests"][0].update(more)

    def overwrite(part):
        def inner(document, blob):
            descriptor = document["config"] if part == "config" else document["layers"][0]
            with open(blob(descriptor["digest"]), "r+b") as file:
                file.seek(12)
                file.write(b"\x55\xaa")
        return manifest(inner)

    def gone(part):
        return manifest(lambda document, blob: os.remove(blob((document["config"] if part == "config" else document["layers"][0])["digest"])))

    def tars(entries, **more):
        return layer(lambda _: gzip.compress(Layer(entries, **more).tar(), mtime=0))

    bomb = gzip.compress(bytes(60_000_000), 9, mtime=0)
    return [
        ("index-text", lambda at: images.write(os.path.join(at, "index.json"), b"{")),
        ("index-list", index(lambda document: [document])), ("index-empty", index(put(manifests=[]))), ("index-null", index(put(manifests=None))),
        ("index-digest", index(first(digest="sha256:" + "0" * 64))), ("index-algorithm", index(first(digest="md5:" + "0" * 32))),
        ("index-traversal", index(first(digest="sha256:../../../etc/passwd"))), ("index-size", index(first(size=1))),
        ("index-huge", index(first(size=2**62))), ("index-negative", index(first(size=-1))), ("index-media", index(first(mediaType="text/plain"))),
        ("version", lambda at: images.write(os.path.join(at, "oci-layout"), b'{"imageLayoutVersion":"9"}')),
        ("manifest-text", manifest(lambda *_: b"no json")), ("manifest-schema", manifest(put(schemaVersion=1))),
        ("manifest-no-layers", manifest(lambda document, _: document.pop("layers") and None)),
        ("manifest-no-config", manifest(lambda document, _: document.pop("config") and None)),
        ("manifest-twice", manifest(lambda document, _: document["layers"].append(document["layers"][0]))),
        ("manifest-artifact", manifest(put(artifactType="application/x"))),
        ("config-text", config(lambda _: b"[]")), ("config-diffs", config(put(rootfs={"type": "layers", "diff_ids": []}))),
        ("config-diff", config(put(rootfs={"type": "layers", "diff_ids": ["sha256:" + "1" * 64]}))), ("config-os", config(put(os=7))),
        ("config-created", config(put(created="yesterday"))), ("config-history", config(put(history=[{"created_by": "x"}] * 3))),
        ("config-platform", config(put(architecture="../x", os="\x1b[31m"))), ("config-bytes", overwrite("config")), ("config-gone", gone("config")),
        ("layer-bytes", overwrite("layer")), ("layer-gone", gone("layer")), ("layer-cut", layer(lambda data: data[:-20])),
        ("layer-tail", layer(lambda data: data + b"tail")), ("layer-text", layer(lambda _: b"no tar")), ("layer-empty", layer(lambda _: b"")),
        ("layer-bomb", layer(lambda _: bomb)), ("layer-twice", layer(lambda data: data + data)),
        ("layer-absolute", tars([Entry("/etc/passwd", b"x"), Entry("../../up", b"y"), Entry("a/../../b", b"z")])),
        ("layer-links", tars([images.link("a", "b"), images.link("b", "a"), images.hardlink("c", "nowhere"), images.hardlink("d", "d")])),
        ("layer-file-folder", tars([Entry("a", b"x"), Entry("a/b", b"y"), images.folder("a"), Entry("", b"no name")])),
        ("layer-mode", tars([Entry("a", b"x", mode=0o7777, uid=2**21 - 1, time=0), Entry("b", time=2**33 - 1)])),
        ("layer-pax", tars([Entry("a", b"x", pax={"mtime": "abc", "size": "-1", "path": "x\0y"})], dialect="pax")),
        ("layer-database", tars(images.parents([Entry("var/lib/dpkg/status", b"\xff\xfe: no\n\n\n" + b"Package" * 99), Entry("lib/apk/db/installed", b"P\n\0"),
                                                Entry("usr/lib/python3/dist-packages/x-1.dist-info/METADATA", b"\xff"),
                                                images.folder("usr/lib/python3/dist-packages/y-2.dist-info")]))),
    ]


def locks(lock):
    text = lock.decode()
    return [
        ("good", lock), ("empty", b""), ("text", b"no lock\n"), ("version-0", text.replace("version = 1", "version = 0", 1).encode()),
        ("version-2", text.replace("version = 1", "version = 2", 1).encode()), ("version-99", text.replace("version = 1", "version = 99", 1).encode()),
        ("version-text", text.replace("version = 1", 'version = "1"', 1).encode()), ("no-version", text.replace("version = 1\n", "", 1).encode()),
        ("cut", lock[:len(lock) // 2]), ("digest", text.replace("sha256:", "sha256:zz", 1).encode()), ("md5", text.replace("sha256:", "md5:").encode()),
        ("unknown", text.replace("[image]", "[image]\ncolour = 1", 1).encode()), ("table", (text + "\n[surprise]\nx = 1\n").encode()),
        ("size", text.replace("size = ", "size = -", 1).encode()), ("nul", lock + b"\0"), ("latin", lock + b'# \xff\n'),
        ("twice", lock + lock), ("no-image", text.replace("[image]", "[picture]").encode()), ("crlf", text.replace("\n", "\r\n").encode()),
    ]


def usage():
    out = [Step(["--help"]), Step(["-h"]), Step(["--version"]), Step([]), Step(["nonsense"]), Step(["help"]), Step(["help", "verify"]), Step(["--format", "json"])]
    for command in ("freeze", "verify", "diff", "explain", "inspect", "lint"):
        out += [Step([command, "--help"]), Step([command, "-h"]), Step([command, "--nonsense"]), Step([command]), Step([command, "x", "y", "z", "w"]),
                Step([command, "image", "--format", "yaml"]), Step([command, "image", "--jobs", "0"]), Step([command, "image", "--color", "blue"]),
                Step([command, "image", "--config", "nowhere.toml"])]
        out += [Step([command, "image", "--config", name]) for name in ("bad.toml", "unknown.toml", "rule.toml", "good.toml", "text", "folder")]
        out += [Step([command, "--help"], env={"COLUMNS": width}) for width in ("30", "200")]
        out += [Step([command, "--help", "--color", "always"])]
    for command in ("freeze", "inspect"):
        out += [Step([command, "oci:image", "--format", form]) for form in ("sarif", "github", "junit")]
    for words in (["--require", "most"], ["--require"], ["--max-unpacked-size", "1"], ["--max-unpacked-size", "10 parsecs"], ["--platform", "linux"],
                  ["--platform", "linux/arm64"], ["--platform", "a/b/c/d"], ["--platform", ""]):
        out += [Step(["diff", "oci:image", "oci:other", *words]), Step(["verify", "oci:image", "--lock", "locks/good", *words])]
    for words in (["--build-arg", "X"], ["--build-arg", "=1"], ["-f", "nowhere"], ["-f", "bad.Dockerfile"], ["-f", "folder"], ["-f", "latin.Dockerfile"],
                  ["--context", "x"], ["--target", "x"], ["--base", "nowhere"], ["--base", "oci:other"], ["--base", "oci:image"], ["-o", "folder"],
                  ["-o", "nowhere/x.lock"], ["-o", ""], ["--files", "some"], ["--attach"], ["-f", "Dockerfile", "--target", "none"],
                  ["-f", "Dockerfile", "--context", "nowhere"], ["-f", "Dockerfile", "--build-arg", "X=1", "-o", "x.lock"]):
        out.append(Step(["freeze", "oci:image", *words]))
    for words in (["--fix", "--diff"], ["nowhere"], ["--select", "nonsense"], ["--ignore", "nonsense"], ["--min-severity", "loud"], ["--lock", "nowhere"],
                  ["--lock", "locks/text"], ["--context", "nowhere"], ["bad.Dockerfile"], ["latin.Dockerfile"], ["nul.Dockerfile"], ["text"], ["empty"],
                  ["image.tar"], ["folder"], ["--select", "", "Dockerfile"], ["--select", "all", "--ignore", "all", "Dockerfile"], ["--unsafe-fixes"],
                  ["--stdin-filename", "x", "Dockerfile"], ["-", "Dockerfile"]):
        out += [Step(["lint", *words]), Step(["lint", *words, "--format", "json"]), Step(["lint", *words, "--format", "sarif"])]
    return out


def broken_images():
    out = []
    for name in [name for name, _ in hurts()]:
        image = f"oci:hurt/{name}"
        out += [Step(["inspect", image]), Step(["freeze", image, "-o", f"{name}.lock"]), Step(["inspect", image, "--format", "json"]),
                Step(["verify", image, "--lock", f"{name}.lock", "--format", "json"], needs=f"{name}.lock"),
                Step(["diff", "oci:image", image]), Step(["diff", image, "oci:image", "--format", "json"]), Step(["diff", "oci:other", image, "-v"])]
    forms = ["nowhere", "oci:nowhere", "oci:folder", "oci:image:2", "oci:image@sha256:00", "oci:no-index", "folder", "text", "empty", "oci-archive:text",
             "oci-archive:image.tar:nope", "docker-archive:save.tar", "docker-archive:save.tar:nope", "docker-archive:image.tar", "oci-archive:save.tar",
             "image.tar", "save.tar", "docker://", "docker://127.0.0.1:1/x", "docker-daemon:x", "docker://127.0.0.1:1/x@sha256:" + "0" * 64, "sftp:x",
             "oci:", "", ":", "a b", "docker://UPPER/x", "containers-storage:x", "/dev/null", "."]
    forms += [f"cut-{cut}.tar" for cut in (0, 1, 511, 512, 700, 2048)]
    for form in forms:
        out += [Step(["inspect", form, "--offline"]), Step(["freeze", form, "--offline", "-o", "x.lock"]),
                Step(["verify", form, "--offline", "--lock", "locks/good", "--format", "json"])]
    out += [Step(["inspect", "docker://127.0.0.1:1/x"]), Step(["inspect", "-"], stdin=b"abc"), Step(["inspect", "/dev/stdin"], stdin=b"abc"),
            Step(["inspect", "oci:image", "--max-unpacked-size", "100"]), Step(["freeze", "oci:image", "--max-unpacked-size", "100", "-o", "m.lock"]),
            Step(["verify", "oci:image"]), Step(["diff", "locks/good", "oci:image"])]
    for host in ("unix:///nowhere.sock", "tcp://127.0.0.1:1", "ssh://x", "nonsense"):
        out.append(Step(["inspect", "docker-daemon:x"], env={"DOCKER_HOST": host}))
    return out


def broken_locks():
    out = [Step(["freeze", "oci:image", "-o", "locks/own"]), Step(["freeze", "oci:other", "-o", "locks/theirs"])]
    names = [name for name, _ in locks(b"")] + ["own", "theirs", "nowhere", "../folder", "../text"]
    for name in names:
        out += [Step(["verify", "oci:image", "--lock", f"locks/{name}"]), Step(["verify", "oci:image", "--lock", f"locks/{name}", "--format", "json", "-v"]),
                Step(["lint", "Dockerfile", "--lock", f"locks/{name}", "--diff"]), Step(["verify", "image.tar", "--lock", f"locks/{name}", "--format", "sarif"])]
    out += [Step(["freeze", "oci:image"]), Step(["verify", "oci:image"]), Step(["verify", "oci:other"]), Step(["verify", "oci:other", "--against", "oci:image"]),
            Step(["verify", "oci:other", "--against", "nowhere"]), Step(["verify", "oci:other", "--against", "oci:other"]),
            Step(["verify", "oci:other", "-f", "Dockerfile"]), Step(["verify", "oci:image", "--attach"])]
    return out


def broken_texts():
    texts = [b"", b"\n", b"FROM", b"FROM x AS", b"FROM scratch\nRUN <<EOF\n", b"FROM x\nCOPY\n", b"FROM x\nRUN \\\n", b"\xef\xbb\xbfFROM x\r\nRUN a \\\r\n b\r\n",
             b"# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN a `\n b\n", b"ARG X\nFROM ${X:-y}\nFROM $Z\n", b"FROM x\nONBUILD RUN apt-get install y\n",
             b"FROM x\nRUN [\"a\", \n", b"FROM x\nRUN if true; then\n", b"services:\n  a:\n    image: x\n", b"#!/bin/sh\ndocker run x\n", b"all:\n\tdocker build .\n",
             b"FROM x\nRUN " + b"a && " * 5000 + b"true\n", b"FROM x\n" + b"RUN pip install numpy\n" * 300, b"FROM x\nRUN echo '" + "ä€𝄞".encode() * 50 + b"' && pip install y\n",
             b"FROM x@sha256:zz\nCOPY --from=y a b\nADD https://example.org/x /\n", b"{", b"x: [", b"FROM x\nENV a\nLABEL b\nEXPOSE\nHEALTHCHECK\nSHELL x\n"]
    out = []
    for text in texts:
        for more in ([], ["--select", "all", "--format", "json"], ["--fix", "--unsafe-fixes"], ["--diff", "--unsafe-fixes"], ["--stdin-filename", "compose.yaml"],
                     ["--stdin-filename", "a/b.sh", "--select", "all"], ["--stdin-filename", "requirements.txt", "--select", "all"]):
            out.append(Step(["lint", "-", *more], stdin=text))
    return out


def explained(folder):
    ids = []
    for at in ("rules", "causes", "ecosystems"):
        ids += [name.removesuffix(".md") for name in sorted(os.listdir(os.path.join(REPOSITORY, "docs", at)))]
    ids += ["nonsense", "", "PYC-HEADER", "pyc", "pyc_header", "identical", "metadata-only", "drifted", "layer", "deb", "apk", "python", "../rules/x", "\x1b[31m"]
    out = [Step(["explain", "--list"]), Step(["explain"]), Step(["explain", "--list", "x"])]
    for one in ids:
        out += [Step(["explain", one]), Step(["explain", one, "--format", "json"]), Step(["explain", one, "--color", "always"])]
    return out


# Registries


def registries(port, count, store):
    """Cases against a registry that holds app/N:old and app/N:new, and the seed."""
    host = f"docker://127.0.0.1:{port}"

    def one(number, old, new):
        def make(_):
            out = through(old, deep=False) + between(old, new, number=number, every=number % 5 == 0)
            return out + [Step(["verify", f"{new}", "--lock", "old.lock", "--offline"]), Step(["inspect", new, "--insecure", "--format", "json"]),
                          Step(["freeze", new, "-o", "old.lock"]), Step(["freeze", new, "-o", "old.lock", "--no-reuse"]),
                          Step(["inspect", new.replace(":new", ":nope")]), Step(["inspect", new, "--platform", "linux/arm64"])]
        return Case("registries", f"{old}", make)

    cases = [one(number, f"{host}/app/{number}:old", f"{host}/app/{number}:new") for number in range(count)]
    cases.append(one(5, f"{host}/seed:old", f"{host}/seed:new"))

    # What is attached stays in the registry, so each binary finds the repository as it was.
    def attach(_):
        lines = [f"rm -rf {store}/attach && cp -r {store}/kept {store}/attach", f"r={host}/attach"]
        for words in ("freeze $r:old -o a.lock --attach", "verify $r:old", "verify $r:new --lock a.lock --attach", "verify $r:new",
                      "freeze $r:new -o b.lock --attach", "freeze $r:new -o b.lock --attach", "verify $r:new --format json",
                      "verify $r:old --lock b.lock --attach --format json"):
            lines += [f"reprolock {words}; echo rc=$?"]
        # Which manifests and tags are there in the end.
        return [Step(shell="\n".join([*lines, f"cd {store}/attach/_manifests && find . -name link | sort | xargs grep -H ."]))]

    cases.append(Case("registries", "attach", attach))
    return cases


class Registry:
    """A docker-registry on loopback, for the while of a run."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.store = os.path.join(folder, "data", "docker", "registry", "v2", "repositories")
        os.makedirs(folder)
        config = os.path.join(folder, "config.yml")
        images.write(config, (f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n"
                              f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n").encode())
        self.server = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("docker-registry does not answer")

    def push(self, source, name):
        subprocess.run(["skopeo", "copy", "--insecure-policy", "--quiet", "--preserve-digests", "--dest-tls-verify=false", source,
                        f"docker://127.0.0.1:{self.port}/{name}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.server.terminate()
        self.server.wait()


def registry(folder, seed_number, count=12):
    """The server, and the cases against it; none where its tools are not at hand."""
    if not shutil.which("docker-registry") or not shutil.which("skopeo"):
        return None, []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Registry(folder, port)
    pushed = 0
    for number in range(10 * count):
        made = os.path.join(folder, f"pair-{number}")
        os.makedirs(os.path.join(made, "in"))
        os.makedirs(os.path.join(made, "work"))
        make(made, number, f"{seed_number} registry")
        layout = os.path.join(made, "in", "both")
        try:
            if os.path.isdir(layout) and not os.path.isdir(os.path.join(made, "in", "new")) and pushed < count:
                for tag in ("old", "new"):
                    server.push(f"oci:{layout}:{tag}", f"app/{pushed}:{tag}")
                pushed += 1
        except subprocess.CalledProcessError:
            pass  # skopeo refuses some of what is generated
        shutil.rmtree(made)
    for name, tag in [("image", "old"), ("rebuild", "new")]:
        for repository in ("seed", "kept"):
            server.push(f"oci-archive:{os.path.join(TESTDATA, 'seed', name + '.oci.tar')}", f"{repository}:{tag}")
    return server, registries(port, pushed, server.store)
