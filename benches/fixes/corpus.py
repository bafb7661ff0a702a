"""`lint --fix` over a corpus, and what must hold of it; see benches/lint-fixes."""

import collections
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from dockerfile import bodies, instructions
from layout import laid_out
from lock import covering

# What is pinned is asked for its hash, by rules that are off by default.
FOLLOWING = {"pip-unhashed", "requirements-unhashed"}
BINARY = os.environ["REPROLOCK_BIN"]


def lint(folder, *arguments):
    ran = subprocess.run([BINARY, "lint", "--no-config", "--offline", "--select", "all", "--format", "json", *arguments],
                         cwd=folder, capture_output=True, text=True)
    if not ran.stdout.strip():
        raise RuntimeError(ran.stderr)
    return json.loads(ran.stdout)


def parses(shell, text):
    ran = subprocess.run([shell, "-n"], input=text.encode(), capture_output=True)
    return ran.returncode == 0, ran.stderr.decode(errors="replace").strip()


def read(folder):
    texts = {}
    for parent, _, names in os.walk(folder):
        if ".git" in parent.split(os.sep):
            continue
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                texts[os.path.relpath(path, folder)] = file.read()
    return texts


class Checks:
    def __init__(self, verbose):
        self.count = collections.Counter()
        self.faults = []
        self.verbose = verbose

    def fault(self, kind, name, what):
        self.faults.append((kind, name, what))
        print(f"{kind}: {name}: {what}", flush=True)

    def parse(self, name, before, after):
        was = [(shell, text) for _, shell, text in bodies(before)]
        now = [(shell, text) for _, shell, text in bodies(after)]
        if len(was) != len(now):
            return self.fault("parse", name, f"{len(was)} RUN bodies became {len(now)}")
        for (shell, old), (other, new) in zip(was, now):
            if shutil.which(shell) is None:
                self.count["bodies in shells that are not here"] += 1
                continue
            if not parses(shell, old)[0]:
                self.count["bodies that did not parse before"] += 1
                continue
            self.count["bodies"] += 1
            self.count["bodies changed"] += old != new
            fits, why = parses(other, new)
            if shell != other or not fits:
                self.fault("parse", name, f"{shell} -n: {why}\n{new}")

    def apart(self, name, before, after, edited):
        """Instructions that changed though no fix was for them."""
        was, now = instructions(before), instructions(after)
        match = difflib.SequenceMatcher(None, [one.raw for one in was], [one.raw for one in now], autojunk=False)
        for tag, low, high, start, end in match.get_opcodes():
            if tag == "insert":
                odd = [one.raw for one in now[start:end] if one.keyword not in ("ARG", "ENV")]
                if odd:
                    self.fault("apart", name, f"put in: {odd}")
            if tag in ("replace", "delete"):
                for one in was[low:high]:
                    if not any(one.first <= line <= one.last for line in edited):
                        self.fault("apart", name, f"changed without a fix: {one.raw}")

    def file(self, work, repo, path, unsafe):
        name = f"{repo}/{path}{' (unsafe)' if unsafe else ''}"
        folder = os.path.join(work, "fixed")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(os.path.join(work, "tree", repo), folder)
        with open(os.path.join(folder, path), newline="") as file:
            before = file.read()
        texts = read(folder)
        lock = os.path.join(work, "reprolock.lock")
        with open(lock, "w") as file:
            file.write(covering(path, before, {at: text.decode(errors="replace") for at, text in texts.items()}))
        allowed = {"safe", "unsafe"} if unsafe else {"safe"}
        more = ["--unsafe-fixes"] if unsafe else []
        first = lint(folder, "--lock", lock, path)
        fixable = [one for one in first["findings"] if (one["fix"] or {}).get("safety") in allowed]
        self.count["findings"] += len(first["findings"])
        self.count["findings with a fix"] += len(fixable)
        for one in fixable:
            self.count[f"fix {one['rule']}"] += 1
        fixed = lint(folder, "--lock", lock, "--fix", *more, path)
        self.count["files changed"] += len(fixed["fixed"])
        after = read(folder)
        text = after[path].decode()
        self.parse(name, before, text)
        if len(fixed["obstacles"]) > len(first["obstacles"]):
            self.fault("refuse", name, str(fixed["obstacles"]))
        again = lint(folder, "--lock", lock, "--fix", *more, path)
        if again["fixed"] or read(folder) != after:
            self.fault("settle", name, "a second run changes more")
        left = [one for one in again["findings"] if (one["fix"] or {}).get("safety") in allowed]
        # What BuildKit refuses is not fixed.
        if left and not first["obstacles"]:
            self.fault("settle", name, f"left: {[(one['rule'], one['line']) for one in left]}")
        rules = lambda report: collections.Counter((one["path"], one["rule"]) for one in report["findings"])
        for (at, rule), extra in (rules(again) - rules(first)).items():
            if rule not in FOLLOWING:
                self.fault("gone", name, f"{extra} more of {rule} in {at}")
        lines = before.encode()
        edited = {lines[:edit["start"]].count(b"\n")
                  for one in fixable if one["path"] == path for edit in one["fix"]["edits"]}
        edited |= {one["line"] - 1 for one in first["findings"] if one["path"] == path}
        self.apart(name, before, text, edited)
        if self.verbose:
            for at in sorted(texts):
                if texts[at] != after.get(at):
                    old, new = (side.decode(errors="replace").split("\n") for side in (texts[at], after[at]))
                    print("\n".join(difflib.unified_diff(old, new, f"{repo}/{at}", name, lineterm="", n=0)))


def main():
    corpus, *rest = sys.argv[1:]
    checks = Checks("-v" in rest)
    parts = [part for part in rest if part != "-v"]
    with tempfile.TemporaryDirectory() as work:
        files = laid_out(corpus, os.path.join(work, "tree"))
        files = [one for one in files if not parts or any(part in "/".join(one) for part in parts)]
        for unsafe in (False, True):
            for repo, path in files:
                checks.file(work, repo, path, unsafe)
    print(f"\n{len(files)} Dockerfiles, each fixed twice: as far as is safe, and with --unsafe-fixes")
    for what, count in sorted(checks.count.items()):
        print(f"  {count:6} {what}")
    kinds = collections.Counter(kind for kind, _, _ in checks.faults)
    print("faults:", dict(kinds) or "none")
    sys.exit(1 if checks.faults else 0)


main()
