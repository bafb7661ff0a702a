"""One case: the same commands run by both binaries in the same folder, and what differs of what they say and write.

A *case* is a name and a function that fills a folder: `in/` with what is only read, `work/` with what the commands start in,
and returns the *steps*: commands of reprolock, of a shell, or functions over the folder. Both binaries run in a folder of
the same path, one after the other, so that a path in a message is no difference.
"""

import collections
import dataclasses
import difflib
import os
import re
import shutil
import stat
import subprocess
import tempfile

SECONDS = 300
SIDES = ("old", "new")


@dataclasses.dataclass
class Step:
    """A command of reprolock; or of a shell that finds it in PATH; or a function that is given the folder."""

    args: list = dataclasses.field(default_factory=list)
    shell: str = ""
    stdin: bytes = b""
    env: dict = dataclasses.field(default_factory=dict)
    needs: str = ""  # a file without which it is left out
    act: object = None
    reads: bool = False  # writes nothing, so that it is run again over what the old binary wrote

    def title(self):
        return self.shell.strip() or "reprolock " + " ".join(self.args)

    def kind(self):
        if self.shell:
            return "a user's commands"
        words = [word for word in self.args if not word.startswith("-")]
        form = self.args[self.args.index("--format") + 1] if "--format" in self.args[:-1] else "text"
        return f"{words[0] if words else 'no command'}, {form}"


@dataclasses.dataclass
class Case:
    section: str
    name: str
    make: object
    normal: list = dataclasses.field(default_factory=list)  # (regex, text) over what both say


@dataclasses.dataclass
class Difference:
    case: str
    kind: str
    command: str
    signature: str
    excerpt: str


@dataclasses.dataclass
class Told:
    """What a case came to."""

    section: str
    name: str
    commands: int = 0
    differences: list = dataclasses.field(default_factory=list)
    allowed: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    seen: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    broken: str = ""


class Runner:
    def __init__(self, root, binaries, allowed):
        """`root` is a folder of its own; each binary stands there under its own name, which help and usage show."""
        self.root, self.allowed = root, allowed
        self.bins = {}
        for side, binary in zip(SIDES, binaries):
            self.bins[side] = os.path.join(root, "bin-" + side)
            os.makedirs(self.bins[side], exist_ok=True)
            link = os.path.join(self.bins[side], "reprolock")
            if not os.path.lexists(link):
                os.symlink(os.path.realpath(binary), link)
        self.home = os.path.join(root, "home")
        os.makedirs(self.home, exist_ok=True)

    def run(self, case):
        told = Told(case.section, case.name)
        folder = tempfile.mkdtemp(prefix="case-", dir=self.root)
        try:
            os.makedirs(os.path.join(folder, "in"))
            os.makedirs(os.path.join(folder, "work"))
            steps = case.make(folder)
            template = os.path.join(folder, "template")
            os.rename(os.path.join(folder, "work"), template)
            sides = {}
            for side in SIDES:
                sides[side] = self.side(folder, template, steps, side)
            self.compare(case, told, steps, sides)
            if not told.differences and sides["old"][1] != sides["new"][1]:
                # What is written differs as allowed: the new binary must say the same over what the old one wrote.
                self.across(case, told, folder, steps, sides)
        except Exception as error:  # noqa: BLE001: a case that cannot be made is told, and the others go on
            told.broken = f"{type(error).__name__}: {error}"
        finally:
            unlock(folder)
            shutil.rmtree(folder, ignore_errors=True)
        return told

    def side(self, folder, template, steps, side, first=None):
        """What each step said, and the files in the end. `first` is a folder that is taken over as it is."""
        work = os.path.join(folder, "work")
        if first:
            os.rename(first, work)
        else:
            shutil.copytree(template, work, symlinks=True)
        said = []
        for step in steps:
            if first and not step.reads:
                said.append(None)
            elif step.act:
                step.act(work)
                said.append(None)
            elif step.needs and not os.path.exists(os.path.join(work, step.needs)):
                said.append("left out")
            else:
                said.append(self.command(step, work, side))
        files = tree(work)
        os.rename(work, os.path.join(folder, "done" if first else side))
        return said, files

    def command(self, step, work, side):
        path = f"{self.bins[side]}:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
        env = {"PATH": path, "HOME": self.home, "LANG": "C.UTF-8", "RUST_BACKTRACE": "0", "TMPDIR": self.home, **step.env}
        env["PYTHONDONTWRITEBYTECODE"] = "1"
        command = ["sh", "-c", step.shell] if step.shell else [os.path.join(self.bins[side], "reprolock"), *step.args]
        try:
            done = subprocess.run(command, cwd=work, env=env, input=step.stdin, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return b"", b"", "no end"
        return done.stdout, done.stderr, done.returncode

    def compare(self, case, told, steps, sides, across=""):
        (old_said, old_files), (new_said, new_files) = sides["old"], sides["new"]
        for step, old, new in zip(steps, old_said, new_said):
            if step.act or old is None or new is None:
                continue
            kind = across + step.kind()
            if "left out" in (old, new):
                if old != new:
                    self.differ(case, told, f"{kind}: run", step.title(), b"left out" if old == "left out" else b"run",
                                b"left out" if new == "left out" else b"run")
                continue
            told.commands += 1
            if not across:
                notice(told, step, old)
            for name, one, other in [("stdout", old[0], new[0]), ("stderr", old[1], new[1])]:
                self.differ(case, told, f"{kind}: {name}", step.title(), one, other, name)
            self.differ(case, told, f"{kind}: exit code", step.title(), str(old[2]).encode(), str(new[2]).encode())
        if across:
            return
        for path in sorted(old_files.keys() | new_files.keys()):
            one, other = old_files.get(path, b"no file\n"), new_files.get(path, b"no file\n")
            if one != other:
                ending = re.sub(r"^[^.]*", "", os.path.basename(path)) or os.path.basename(path)
                self.differ(case, told, f"written: *{ending}", path, one, other, os.path.basename(path))

    def across(self, case, told, folder, steps, sides):
        if not any(step.reads for step in steps):
            return
        said, _ = self.side(folder, None, steps, "new", first=os.path.join(folder, "old"))
        kept = [one if step.reads else None for step, one in zip(steps, sides["old"][0])]
        self.compare(case, told, steps, {"old": (kept, {}), "new": (said, {})}, "over what the old one wrote, ")

    def differ(self, case, told, kind, command, old, new, name=""):
        if old == new:
            return
        for pattern, text in case.normal:
            old, new = re.sub(pattern, text, old), re.sub(pattern, text, new)
        if old == new:
            return
        # A file index is compressed; rules speak of its rows.
        old, new = unpacked(old), unpacked(new)
        used = []
        for rule in self.allowed:
            if not rule.fits(name, kind):
                continue
            one = rule.over(old, "old")
            other = rule.over(new, "new")
            if (one, other) != (old, new):
                used.append(rule.name)
                old, new = one, other
        if old == new:
            told.allowed.update(used)
            return
        excerpt, signature = excerpts(old, new)
        told.differences.append(Difference(case.name, kind, command, signature, excerpt))


def notice(told, step, said):
    """Which causes, rules and endings the old binary came to: what the inputs reach."""
    out, err, code = said
    told.seen[f"exit {code}"] += 1
    if b"panicked at" in err or (isinstance(code, int) and code < 0):
        told.seen["panic"] += 1
    if "json" in step.args:
        for name, word in re.findall(rb'"(cause|rule|tier|presence|change|kind|ecosystem)": ?"([a-z-]+)"', out):
            told.seen[f"{name.decode()} {word.decode()}"] += 1


def tree(folder):
    """Everything in a folder: mode and bytes of each file, where each link leads."""
    found = {}
    for at, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(at, name)
            status = os.lstat(path)
            relative = os.path.relpath(path, folder)
            if stat.S_ISLNK(status.st_mode):
                found[relative] = b"link to " + os.fsencode(os.readlink(path))
            elif stat.S_ISREG(status.st_mode):
                found[relative] = b"%o\n" % stat.S_IMODE(status.st_mode) + read(path)
            else:
                found[relative] = b"%o" % status.st_mode
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


def unlock(folder):
    for at, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(at, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755)


ZSTD = b"\x28\xb5\x2f\xfd"


def unpacked(data):
    """A file index is compressed: differences are shown of what it holds."""
    at = data.find(ZSTD, 0, 16)
    if at < 0 or not shutil.which("zstd"):
        return data
    done = subprocess.run(["zstd", "-dcq"], input=data[at:], capture_output=True)
    return data[:at] + done.stdout


def excerpts(old, new):
    """A short patch, and the shape of its first change, by which like differences are put together."""
    if old == new:
        return "  (what is compressed is equal)", "(what is compressed is equal)"
    if b"\0" in old[:4096] or b"\0" in new[:4096]:
        at = next((at for at, (one, other) in enumerate(zip(old, new)) if one != other), min(len(old), len(new)))
        around = [f"  at byte {at}: {data[max(0, at - 16):at + 32]!r}" for data in (old, new)]
        return "\n".join(around), "bytes"
    one, other = (data.decode("utf-8", "backslashreplace").splitlines() for data in (old, new))
    # A long report is cut to where it begins to differ: comparing lines takes long.
    start = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    start = max(0, start - 2)
    lines = list(difflib.unified_diff(one[start:start + 60], other[start:start + 60], lineterm="", n=1))[2:]
    first = [next((line for line in lines if line.startswith(sign)), sign) for sign in "-+"]
    return "\n".join("    " + line for line in near(lines[:14], first)), shape(" ".join(near(first, first, 90)))


def near(lines, pair, width=170):
    """Lines cut to where the first changed ones begin to differ."""
    minus, plus = pair[0][1:], pair[1][1:]
    at = next((at for at, (a, b) in enumerate(zip(minus, plus)) if a != b), 0)
    start = max(0, at - width // 3)
    return [line if len(line) <= width else f"{line[0]}…{line[1 + start:1 + start + width]}…" for line in lines]


def shape(text):
    text = re.sub(r"[0-9a-f]{12,}", "HEX", text)
    return re.sub(r"\d+", "N", text)
