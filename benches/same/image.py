"""Small images, written as builders write them: tars in several dialects, OCI layouts, archives of docker save."""

import copy
import dataclasses
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
KINDS = {
    "file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE,
    "char": tarfile.CHRTYPE, "block": tarfile.BLKTYPE, "pipe": tarfile.FIFOTYPE, "old": tarfile.AREGTYPE,
}
HAS_ZSTD = shutil.which("zstd") is not None


@dataclasses.dataclass
class Entry:
    path: str
    data: bytes = b""
    kind: str = "file"
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    uname: str = "root"
    gname: str = "root"
    time: float = 1_700_000_000
    link: str = ""
    pax: dict = dataclasses.field(default_factory=dict)


def folder(path, **more):
    return Entry(path, kind="folder", **{"mode": 0o755, **more})


def link(path, to, **more):
    return Entry(path, kind="link", link=to, **{"mode": 0o777, **more})


def hardlink(path, to, **more):
    return Entry(path, kind="hardlink", link=to, **more)


def parents(entries):
    """The entries with the folders above them, each before what is in it."""
    made, out = set(), []
    for entry in entries:
        parts = entry.path.strip("/").split("/")
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            if above not in made:
                made.add(above)
                out.append(folder(above, time=entry.time))
        if entry.kind == "folder":
            if entry.path in made:
                continue
            made.add(entry.path)
        out.append(entry)
    return out


@dataclasses.dataclass
class Layer:
    entries: list
    created_by: str = ""
    dialect: str = "ustar"
    packing: str = "gzip-6"
    prefix: str = ""  # "./", as some tools write names
    padding: int = 0

    def tar(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=FORMATS[self.dialect], errors="surrogateescape") as tar:
            for entry in self.entries:
                info = tarfile.TarInfo(self.prefix + entry.path)
                info.type = KINDS[entry.kind]
                info.mode, info.uid, info.gid = entry.mode, entry.uid, entry.gid
                info.uname, info.gname = entry.uname, entry.gname
                info.mtime = entry.time if self.dialect == "pax" else int(entry.time)
                info.linkname = self.prefix + entry.link if entry.kind == "hardlink" else entry.link
                if self.dialect == "pax":
                    info.pax_headers = dict(entry.pax)
                if entry.kind in ("char", "block"):
                    info.devmajor, info.devminor = 1, 3
                if entry.kind in ("file", "old"):
                    info.size = len(entry.data)
                    tar.addfile(info, io.BytesIO(entry.data))
                else:
                    tar.addfile(info)
        return out.getvalue() + bytes(self.padding)

    def blob(self, tar):
        if self.packing == "none":
            return tar
        if self.packing.startswith("zstd") and HAS_ZSTD:
            level = self.packing.partition("-")[2] or "3"
            return subprocess.run(["zstd", "-cq", "-" + level], input=tar, capture_output=True, check=True).stdout
        level = self.packing.partition("-")[2]
        return gzip.compress(tar, int(level) if self.packing.startswith("gzip") else 6, mtime=0)

    def media(self, docker):
        if docker:
            return DOCKER + "image.rootfs.diff.tar" + ("" if self.packing == "none" else ".gzip")
        if self.packing.startswith("zstd") and HAS_ZSTD:
            return OCI + "layer.v1.tar+zstd"
        return OCI + "layer.v1.tar" + ("" if self.packing == "none" else "+gzip")


@dataclasses.dataclass
class Image:
    layers: list
    config: dict = dataclasses.field(default_factory=dict)
    created: str = "2024-05-01T10:00:00Z"
    comment: str = "buildkit.dockerfile.v0"
    empty: list = dataclasses.field(default_factory=list)  # (before which layer, created_by) without a layer
    history: bool = True
    docker: bool = False  # docker's media types
    annotations: dict = dataclasses.field(default_factory=dict)
    more: dict = dataclasses.field(default_factory=dict)  # of the config's top
    tag: str = "app:1"

    def copy(self):
        return copy.deepcopy(self)

    def document(self, tars):
        rows = []
        for at, layer in enumerate([*self.layers, None]):
            for _, text in (row for row in self.empty if row[0] == at):
                rows.append({"created": self.created, "created_by": text, "comment": self.comment, "empty_layer": True})
            if layer:
                rows.append({"created": self.created, "created_by": layer.created_by, "comment": self.comment})
        for row in rows:
            if not self.comment:
                del row["comment"]
        document = {"architecture": "amd64", "os": "linux", "created": self.created, "config": self.config,
                    "rootfs": {"type": "layers", "diff_ids": [digest(tar) for tar in tars]}, **self.more}
        if self.history:
            document["history"] = rows
        return document


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dump(document):
    return json.dumps(document, separators=(",", ":")).encode()


class Layout:
    """An OCI layout in a folder, to which images are added."""

    def __init__(self, path):
        self.path = path
        self.entries = []
        os.makedirs(os.path.join(path, "blobs", "sha256"), exist_ok=True)
        write(os.path.join(path, "oci-layout"), b'{"imageLayoutVersion":"1.0.0"}')

    def put(self, data):
        name = digest(data)
        write(os.path.join(self.path, "blobs", "sha256", name[7:]), data)
        return name

    def add(self, image, tag, provenance=None):
        """The manifest's descriptor. `provenance` makes a statement of the manifest's digest and its layers."""
        tars = [layer.tar() for layer in image.layers]
        config = dump(image.document(tars))
        prefix = DOCKER if image.docker else OCI
        kind = "distribution.manifest.v2+json" if image.docker else "manifest.v1+json"
        layers = []
        for layer, tar in zip(image.layers, tars):
            blob = layer.blob(tar)
            layers.append({"mediaType": layer.media(image.docker), "digest": self.put(blob), "size": len(blob)})
        manifest = {
            "schemaVersion": 2, "mediaType": prefix + kind,
            "config": {"mediaType": prefix + ("container.image.v1+json" if image.docker else "config.v1+json"),
                       "digest": self.put(config), "size": len(config)},
            "layers": layers,
        }
        if image.annotations:
            manifest["annotations"] = image.annotations
        data = dump(manifest)
        entry = {"mediaType": prefix + kind, "digest": self.put(data), "size": len(data)}
        if provenance:
            entry = self.attested(entry, provenance(entry["digest"], layers))
        self.entries.append({**entry, "annotations": {"org.opencontainers.image.ref.name": tag}})
        return entry

    def attested(self, image, statement):
        data = dump(statement)
        blob = {"mediaType": "application/vnd.in-toto+json", "digest": self.put(data), "size": len(data),
                "annotations": {"in-toto.io/predicate-type": statement["predicateType"]}}
        config = dump({"architecture": "unknown", "os": "unknown", "config": {},
                       "rootfs": {"type": "layers", "diff_ids": [blob["digest"]]}})
        manifest = dump({"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json",
                         "config": {"mediaType": OCI + "config.v1+json", "digest": self.put(config), "size": len(config)},
                         "layers": [blob]})
        index = dump({"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": [
            {**image, "platform": {"architecture": "amd64", "os": "linux"}},
            {"mediaType": OCI + "manifest.v1+json", "digest": self.put(manifest), "size": len(manifest),
             "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image["digest"]},
             "platform": {"architecture": "unknown", "os": "unknown"}},
        ]})
        return {"mediaType": OCI + "index.v1+json", "digest": self.put(index), "size": len(index)}

    def end(self):
        index = {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": self.entries}
        write(os.path.join(self.path, "index.json"), dump(index))


def oci(path, image, tag="1", provenance=None):
    layout = Layout(path)
    layout.add(image, tag, provenance)
    layout.end()


def archive(path, source):
    """An OCI layout's folder as a tar."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for at, folders, files in os.walk(source):
            folders.sort()
            for name in sorted(files):
                full = os.path.join(at, name)
                info = tarfile.TarInfo(os.path.relpath(full, source))
                with open(full, "rb") as file:
                    data = file.read()
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))


def docker_archive(path, image, packed=False):
    """What docker save wrote before it had containerd's store."""
    tars = [layer.tar() for layer in image.layers]
    config = dump(image.document(tars))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        def add(name, data):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))

        names = []
        for number, data in enumerate(tars):
            names.append(f"{number:064x}/layer.tar")
            add(names[-1], data)
        name = digest(config)[7:] + ".json"
        add(name, config)
        add("manifest.json", dump([{"Config": name, "RepoTags": [image.tag], "Layers": names}]))
    write(path, gzip.compress(out.getvalue(), 1, mtime=0) if packed else out.getvalue())


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
