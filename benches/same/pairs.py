"""Pairs of generated images, each from the seed and its number: one Dockerfile, built twice, with what may become of layers."""

import base64
import copy
import os
import random
import shutil

import image as images
from image import Image, Layer
from pieces import PIECES, Side, text
from run import Case, Step

FORMATS = ["text", "json", "sarif", "github", "junit", "markdown", "html"]
REQUIRES = ["blob", "layer", "content", "packages"]
OLD, NEW = 1_714_557_600.25, 1_714_648_511.75


def cases(count, seed):
    return [Case("pairs", f"pair {number}", lambda folder, number=number: make(folder, number, seed)) for number in range(count)]


def make(folder, number, seed):
    r = random.Random(f"{seed} {number}")
    same_args = r.random() < 0.6
    old_args = {"USER_UID": "1000", "VERSION": "1.0.3"}
    new_args = dict(old_args) if same_args else {"USER_UID": "1234", "VERSION": r.choice(["1.0.3", "2.0.77"])}
    sides = [Side(OLD, f"{seed} {number} old", old_args), Side(NEW, f"{seed} {number} new", new_args, moved=True)]
    if r.random() < 0.05:
        sides[1].time = sides[0].time
    old, new, dockerfile = build(r, sides)
    mutate(r, old, new)
    work, read = os.path.join(folder, "work"), os.path.join(folder, "in")
    images.write(os.path.join(work, "Dockerfile"), dockerfile.encode())
    names = "numpy==1.0\nscipy>=1\nclick\n" + ("-r more.txt\n" if r.random() < 0.2 else "")
    images.write(os.path.join(work, "requirements.txt"), names.encode())
    places = put(r, read, old, new, dockerfile, old_args)
    return steps(r, number, places, old_args)


def build(r, sides):
    """Both builds: a base of two layers, and a few pieces over it."""
    lines = [r.choice(["FROM docker.io/library/python:3.12", "FROM nvcr.io/nvidia/tensorflow:21.02-tf2-py3",
                       "FROM python:3.12@sha256:" + "ab" * 32, "FROM scratch", "ARG TAG=3.12\nFROM python:${TAG}"])]
    builder = r.choice(["buildkit", "buildkit", "docker", "buildah", "kaniko"])
    layers = [[], []]
    base = [images.folder("base/a"), *[images.Entry(f"base/a/{n}", b"%d" % n) for n in range(3)], images.Entry("base/b", b"b"),
            images.Entry("base/c/deep", b"d"), images.Entry("usr/share/base.txt", b"base"),
            images.Entry("etc/os-release", b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n')]
    for own in layers:
        own.append(Layer(images.parents(base), "/bin/sh -c #(nop) ADD file:0123 in / "))
        own.append(Layer([images.Entry("usr/local/base", b"2")], "/bin/sh -c make base"))
    if r.random() < 0.1:
        layers[1][0].entries[-1].data += b"MOVED=1\n"
    if r.random() < 0.7:
        lines.append("ARG USER_UID=1000")
        lines.append("ARG VERSION")
    empty = [(len(layers[0]), named(builder, "ENV A=1", {}))]
    if r.random() < 0.5:
        lines.append("ENV A=1")
    for piece in r.sample(PIECES, r.randint(1, 6)):
        seed = r.random()
        drifts = r.random() < 0.9
        for number, own in enumerate(layers):
            # A step that doesn't drift came out of the builder's cache: it is made twice on the old side's terms.
            side = sides[number] if drifts else Side(OLD, seed, sides[0].args)
            line, entries = piece(random.Random(seed), side)
            own.append(Layer(entries, named(builder, line, side.args if "ARG VERSION" in lines else {})))
        lines.append(line)
        if r.random() < 0.2:
            lines.append("# reprolock: ignore[missing-source-date-epoch] known" if r.random() < 0.5 else "")
    lines.append(r.choice(['CMD ["python", "app.py"]', "ENTRYPOINT /run.sh", "USER 1000"]))
    empty.append((len(layers[0]), named(builder, lines[-1], {})))
    for own in layers:
        shaped(random.Random(r.random() if r.random() < 0.02 else 7), own)
    config = {"Env": ["PATH=/usr/bin:/bin", "A=1", "API_TOKEN=hunter2hunter2"], "Cmd": ["python", "app.py"], "WorkingDir": "/app",
              "Labels": {"org.opencontainers.image.version": "1"}, "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}}}
    comment = {"buildkit": "buildkit.dockerfile.v0", "docker": "", "buildah": "FROM docker.io/library/python:3.12", "kaniko": ""}[builder]
    old = Image(layers[0], config, comment=comment, empty=empty)
    new = Image(layers[1], copy.deepcopy(config), comment=comment, empty=empty, created="2024-05-02T11:15:11.75Z")
    return old, new, "\n".join(lines) + "\n"


def named(builder, line, args):
    """An instruction as the history has it."""
    word, _, rest = line.partition(" ")
    if builder == "kaniko":
        return line
    if builder == "buildkit":
        passed = f"|{len(args)} {' '.join(f'{name}={value}' for name, value in sorted(args.items()))} " if args else ""
        return f"RUN {passed}/bin/sh -c {rest} # buildkit" if word == "RUN" else f"{line} # buildkit" if word in ("COPY", "ADD") else line
    if word == "RUN":
        passed = f"|{len(args)} {' '.join(f'{name}={value}' for name, value in sorted(args.items()))} " if args else ""
        return f"{passed}/bin/sh -c {rest}"
    if word in ("COPY", "ADD"):
        return f"/bin/sh -c #(nop) {word} dir:{'0a' * 32} in {rest.split()[-1]} "
    return f"/bin/sh -c #(nop)  {line}"


def shaped(r, layers):
    """Dialects and packing, drawn the same for both sides."""
    for layer in layers:
        layer.dialect = r.choice(["ustar", "gnu", "pax"])
        layer.packing = r.choice(["gzip-6", "gzip-6", "gzip-1", "none", "zstd-3"])
        layer.prefix = "./" if r.random() < 0.1 else ""


def mutate(r, old, new):
    """What builders, pushes and other Dockerfiles make of layers, config and history."""
    for _ in range(r.choice([0, 0, 0, 1, 1, 2, 3])):
        r.choice(MUTATIONS)(r, r.choice([new, new, old]))
    for image in (old, new):
        for layer in image.layers:
            if layer.dialect == "ustar" and any(len(entry.path) > 90 or len(entry.link) > 90 for entry in layer.entries):
                layer.dialect = "gnu"
            if image.docker and layer.packing.startswith("zstd"):
                layer.packing = "gzip-6"


def swap(r, image):
    if len(image.layers) > 3:
        at = r.randrange(2, len(image.layers) - 1)
        image.layers[at], image.layers[at + 1] = image.layers[at + 1], image.layers[at]


def drop(r, image):
    if len(image.layers) > 2:
        del image.layers[r.randrange(len(image.layers))]


def add(r, image):
    at = r.randrange(2, len(image.layers) + 1)
    image.layers.insert(at, Layer([images.Entry("opt/extra", text(r).encode())], "RUN /bin/sh -c more # buildkit"))


def squash(r, image):
    if len(image.layers) > 3:
        at = r.randrange(1, len(image.layers) - 1)
        until = r.randrange(at + 2, len(image.layers) + 1)
        one = Layer([entry for layer in image.layers[at:until] for entry in layer.entries], image.layers[at].created_by)
        one.dialect = "pax"
        image.layers[at:until] = [one]


def split(r, image):
    at = r.randrange(len(image.layers))
    layer = image.layers[at]
    if len(layer.entries) > 3:
        cut = r.randrange(1, len(layer.entries) - 1)
        second = copy.copy(layer)
        layer.entries, second.entries = layer.entries[:cut], layer.entries[cut:]
        image.layers.insert(at + 1, second)


def repack(r, image):
    for layer in image.layers:
        if r.random() < 0.6:
            layer.packing = r.choice(["gzip-9", "gzip-1", "none", "zstd-9"])


def redialect(r, image):
    for layer in image.layers:
        if r.random() < 0.5:
            layer.dialect = r.choice(["ustar", "gnu", "pax"])
        if r.random() < 0.2:
            layer.padding = 10240
        if r.random() < 0.2:
            for entry in layer.entries:
                entry.uname = entry.gname = ""


def reorder(r, image):
    layer = r.choice(image.layers)
    folders = [entry for entry in layer.entries if entry.kind == "folder"]
    others = [entry for entry in layer.entries if entry.kind != "folder"]
    r.shuffle(others)
    layer.entries = folders + others if not any(entry.kind == "hardlink" for entry in others) else layer.entries


def no_parents(r, image):
    layer = r.choice(image.layers)
    layer.entries = [entry for entry in layer.entries if entry.kind != "folder"]


def reconfigure(r, image):
    config = image.config
    for change in r.sample(range(14), r.randint(1, 4)):
        if change == 0:
            config["Env"] = config["Env"][::-1]
        elif change == 1:
            config["Env"] = [*config["Env"], "B=2\n::error::x", "DB_PASSWORD=" + r.randbytes(6).hex()]
        elif change == 2:
            config["User"] = r.choice(["1000", "app"])
        elif change == 3:
            config["Labels"] = {"org.opencontainers.image.version": "2", "build.date": "2024-05-02", "<b>": "|x|"}
        elif change == 4:
            config["ExposedPorts"] = {"8001/tcp": {}, "53/udp": {}}
        elif change == 5:
            config["Entrypoint"] = ["/bin/sh", "-c", "run `it`"]
        elif change == 6:
            config["Healthcheck"] = {"Test": ["CMD-SHELL", "true"], "Interval": 30_000_000_000, "Retries": 3}
        elif change == 7:
            config["StopSignal"], config["Shell"] = "SIGINT", ["/bin/bash", "-c"]
        elif change == 8:
            config["OnBuild"], config["Volumes"] = ["RUN true"], None
        elif change == 9:
            image.more = {"architecture": r.choice(["arm64", "amd64"]), "variant": "v8", "author": "A <a@example.org>"}
        elif change == 10:
            config["WorkingDir"], config["Cmd"] = "/", None
        elif change == 11:
            config["Env"] = ["PATH=/usr/bin:/bin", "A=2", "CUDA_VERSION=12.4.0"]
        elif change == 12:
            config["Labels"], config["ArgsEscaped"] = None, True
        elif change == 13:
            image.more = {"docker_version": "20.10", "container_config": {"Env": ["X=1"]}, "moby.buildkit.buildinfo.v1": "e30="}


def rehistory(r, image):
    form = r.randrange(5)
    if form == 0:
        image.history = False
    elif form == 1:
        image.empty = []
    elif form == 2:
        image.comment = "other"
    elif form == 3:
        image.empty = [*image.empty, (0, "ARG LATE=1"), (len(image.layers), "LABEL a=b")]
    else:
        for layer in image.layers:
            layer.created_by = r.choice([layer.created_by, "", "RUN something else"])


def annotate(r, image):
    image.annotations = {"org.opencontainers.image.base.name": "docker.io/library/python:3.12",
                         "org.opencontainers.image.base.digest": "sha256:" + r.choice(["cd", "ef"]) * 32,
                         "org.opencontainers.image.created": image.created}


def dockerly(_, image):
    image.docker = True


MUTATIONS = [swap, drop, add, squash, squash, split, split, repack, redialect, reorder, no_parents, reconfigure, reconfigure, reconfigure,
             rehistory, annotate, dockerly]


def provenance(r, dockerfile, args):
    """BuildKit's statement, in one of its two shapes."""
    def statement(manifest, layers):
        told = {f"build-arg:{name}": value for name, value in args.items()} | {"build-arg:API_TOKEN": "hunter2hunter2"}
        materials = [{"uri": "pkg:docker/python@3.12?platform=linux%2Famd64", "digest": {"sha256": "cd" * 32}}]
        chain = [{"digest": layer["digest"]} for layer in layers]
        data = base64.b64encode(dockerfile.encode()).decode()
        row = lambda line: {"locations": [{"ranges": [{"start": {"line": line}, "end": {"line": line}}]}]}
        own = {"source": {"locations": {f"step{at}": row(at + 1) for at in range(len(layers))},
                          "infos": [{"filename": "Dockerfile", "data": data}]},
               "layers": {f"step{at}:0": [chain[:at + 1]] for at in range(len(layers))}}
        config = {"llbDefinition": [{"id": f"step{at}", "inputs": [f"step{at - 1}:0"] if at else []} for at in range(len(layers))]}
        if v1:
            predicate = {"buildDefinition": {"externalParameters": {"configSource": {"path": "Dockerfile"}, "request": {"args": told}},
                                             "internalParameters": {"buildConfig": config}, "resolvedDependencies": materials},
                         "runDetails": {"builder": {"id": ""}, "metadata": {"buildkit_metadata": own}}}
        else:
            predicate = {"invocation": {"configSource": {"entryPoint": "Dockerfile"}, "parameters": {"args": told}},
                         "materials": materials, "buildConfig": config,
                         "metadata": {"https://mobyproject.org/buildkit@v1#metadata": own}}
        subject = "0" * 64 if strange else manifest[7:]
        return {"_type": "https://in-toto.io/Statement/v0.1", "subject": [{"name": "x", "digest": {"sha256": subject}}],
                "predicateType": "https://slsa.dev/provenance/" + ("v1" if v1 else "v0.2"), "predicate": predicate}

    v1, strange = r.random() < 0.5, r.random() < 0.2
    return statement


def put(r, read, old, new, dockerfile, args):
    """Writes both in one of the forms, and says how a user names them: old, new, base."""
    form = r.choice(["layout", "layout", "layout", "two layouts", "oci-archive", "docker-archive", "packed"])
    places = []
    if form in ("layout", "two layouts"):
        said = provenance(r, dockerfile, args) if r.random() < 0.25 else None
        layout = images.Layout(os.path.join(read, "both"))
        layout.add(old, "old", said)
        if form == "two layouts":
            layout.end()
            layout = images.Layout(os.path.join(read, "new"))
        layout.add(new, "new")
        layout.end()
        places = ["oci:../in/both:old", "oci:../in/new" if form == "two layouts" else "oci:../in/both:new"]
    elif form == "oci-archive":
        for name, one in [("old", old), ("new", new)]:
            images.oci(os.path.join(read, name), one)
            images.archive(os.path.join(read, name + ".tar"), os.path.join(read, name))
        places = ["oci-archive:../in/old.tar", "../in/new.tar"]
    else:
        images.docker_archive(os.path.join(read, "old.tar"), old, form == "packed")
        images.docker_archive(os.path.join(read, "new.tar"), new)
        places = ["../in/old.tar", "docker-archive:../in/new.tar"]
    images.oci(os.path.join(read, "base"), Image(old.layers[:2]))
    return [*places, "oci:../in/base"]


def steps(r, number, places, args):
    old, new, base = places
    form = lambda: ["--format", r.choice(FORMATS)]
    built = ["-f", "Dockerfile"] if r.random() < 0.6 else []
    freeze = ["freeze", old, "-o", "a.lock", *built, "--format", r.choice(["text", "json", "markdown", "html"])]
    if r.random() < 0.3:
        freeze += ["--base", base]
    if r.random() < 0.3:
        freeze += ["--build-arg", f"VERSION={args['VERSION']}", "--build-arg", "USER_UID=1000"]
    if r.random() < 0.4:
        freeze += ["--files", r.choice(["all", "own", "none"])]
    if r.random() < 0.2:
        freeze += ["--jobs", "1"]
    verify = ["verify", new, "--lock", "a.lock"]
    seen = lambda *more: Step([*more, *(["-v"] if r.random() < 0.3 else [])], reads=True)
    out = [
        Step(freeze),
        Step([*verify, "--format", "json"], reads=True),
        seen(*verify, *form(), "--require", r.choice(REQUIRES), *(built if r.random() < 0.5 else [])),
        seen(*verify, "--against", old, *(["--format", "json"] if r.random() < 0.5 else form())),
        seen("diff", old, new, *built, *(["--format", "json"] if r.random() < 0.5 else form()), "--require", r.choice(REQUIRES)),
    ]
    if number % 8 == 0:
        out += [seen(*verify, "--format", name) for name in FORMATS] + [seen(*verify, "--require", name) for name in REQUIRES]
        out += [Step(["freeze", new, "-o", "new.lock", "--format", "json"]), Step(["inspect", new, "--format", "json"]),
                Step(["inspect", new, *built]), Step(["verify", old, "--lock", "new.lock", "-v"], reads=True)]
    if number % 8 == 1:
        out += [Step(["lint", "Dockerfile", "--lock", "a.lock", "--diff", "--unsafe-fixes"], reads=True),
                Step(["lint", "--select", "all", "--lock", "a.lock", "--format", "json"], reads=True)]
    if number % 8 == 2:
        out += [Step(act=copied(damage(r, "broken.lock.files.zst"))), seen("verify", new, "--lock", "broken.lock", *form())]
    if number % 8 == 3:
        out += [Step(act=copied(edit(r, "broken.lock"))), seen("verify", new, "--lock", "broken.lock", *form())]
    return out


def copied(act):
    """Over a copy of the lock, so that the lock stays as it was written."""
    def both(work):
        for end in ("", ".files.zst"):
            if os.path.exists(os.path.join(work, "a.lock" + end)):
                shutil.copyfile(os.path.join(work, "a.lock" + end), os.path.join(work, "broken.lock" + end))
        act(work)
    return both


def damage(r, name):
    way, at = r.randrange(3), r.random()

    def act(work):
        path = os.path.join(work, name)
        if not os.path.exists(path):
            return
        with open(path, "rb") as file:
            data = bytearray(file.read())
        if way == 0:
            os.remove(path)
            return
        if way == 1:
            del data[int(len(data) * at):]
        else:
            data[int((len(data) - 1) * at)] ^= 0xFF
        images.write(path, bytes(data))

    return act


def edit(r, name):
    """A lock as somebody might leave it: a line gone, doubled, or with another value."""
    way, at = r.randrange(5), r.random()

    def act(work):
        path = os.path.join(work, name)
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        line = int(len(lines) * at)
        if way == 0:
            del lines[line]
        elif way == 1:
            lines.insert(line, lines[line])
        elif way == 2:
            lines.insert(line, "unknown = true")
        elif way == 3:
            lines[line] = lines[line].replace("sha256:", "sha256:0").replace("1", "2")
        else:
            del lines[line:]
        images.write(path, "\n".join(lines).encode())

    return act
