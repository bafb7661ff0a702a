"""The differences that are meant: allowed.toml, a name and a reason each."""

import fnmatch
import os
import re
import tomllib

KEYS = {"name", "why", "in", "pattern", "replace", "side"}


class Rule:
    def __init__(self, entry):
        if not {"name", "why", "pattern"} <= entry.keys() <= KEYS or not entry["why"].strip():
            raise SystemExit(f"allowed.toml: an entry needs name, why and pattern, and may have in, replace and side: {entry}")
        self.name, self.why = entry["name"], entry["why"]
        self.place = entry.get("in", "*")
        self.pattern = re.compile(entry["pattern"].encode(), re.MULTILINE)
        self.replace = entry.get("replace", "").encode()
        self.side = entry.get("side", "old")
        if self.side not in ("old", "new", "both"):
            raise SystemExit(f"allowed.toml: side is old, new or both: {entry}")

    def fits(self, name, kind):
        """Whether it is about stdout, stderr or a file of that name; or about such commands."""
        return fnmatch.fnmatchcase(name, self.place) or fnmatch.fnmatchcase(kind, self.place)

    def over(self, data, side):
        return self.pattern.sub(self.replace, data) if self.side in (side, "both") else data


def read(path=os.path.join(os.path.dirname(os.path.realpath(__file__)), "allowed.toml")):
    with open(path, "rb") as file:
        return [Rule(entry) for entry in tomllib.load(file).get("allow", [])]
