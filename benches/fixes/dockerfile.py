"""A Dockerfile's instructions and what its RUNs hand to a shell, read by rules of its own: BuildKit's, and not reprolock's."""

import dataclasses
import json
import re

HEREDOC = re.compile(r"(?<![<\d])\d*<<(?!<)(-?)\s*([\"']?)([A-Za-z_][\w.-]*)\2")
FLAG = re.compile(r"\s*--[a-z][\w-]*(?:=(?:\"[^\"]*\"|'[^']*'|\S)*)?(?=\s|$)")
DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(.*?)\s*$")
SHELLS = {"sh": "dash", "dash": "dash", "ash": "dash", "bash": "bash", "zsh": "zsh", "ksh": "bash"}


@dataclasses.dataclass
class Instruction:
    first: int
    last: int
    raw: str
    keyword: str
    text: str
    heredocs: list


def instructions(source):
    """Each instruction with its lines, counted from 0; joined as BuildKit joins them."""
    lines = source.removeprefix("\ufeff").split("\n")
    escape = "\\"
    for line in lines:
        match = DIRECTIVE.match(line.strip())
        if not match:
            break
        if match[1].lower() == "escape":
            escape = match[2]
    ended = re.compile(re.escape(escape) + r"[ \t]*$")
    found, at = [], 0
    while at < len(lines):
        line = lines[at].rstrip("\r")
        if not line.strip() or line.lstrip().startswith("#"):
            at += 1
            continue
        first, parts = at, []
        while True:
            goes_on = ended.search(line)
            parts.append(ended.sub("", line) if goes_on else line)
            at += 1
            while goes_on and at < len(lines) and (not lines[at].strip() or lines[at].lstrip().startswith("#")):
                at += 1
            if not goes_on or at >= len(lines):
                break
            line = lines[at].rstrip("\r")
        joined = "".join(parts).strip()
        keyword, _, text = joined.partition(" ")
        keyword = keyword.upper()
        inner = text.lstrip().split(" ")[0].upper() if keyword == "ONBUILD" else keyword
        heredocs = []
        if inner in ("RUN", "COPY", "ADD"):
            for dash, _, name in HEREDOC.findall(text):
                body = []
                while at < len(lines):
                    line = lines[at].rstrip("\r")
                    at += 1
                    if (line.lstrip("\t") if dash else line) == name:
                        break
                    body.append(line.lstrip("\t") if dash else line)
                heredocs.append((name, "\n".join(body) + "\n"))
        found.append(Instruction(first, at - 1, "\n".join(lines[first:at]), keyword, text.strip(), heredocs))
    return found


def bodies(source):
    """The shell and the text of each RUN, ONBUILD's too; nothing of other languages."""
    shell = "dash"
    for number, found in enumerate(instructions(source)):
        keyword, text = found.keyword, found.text
        if keyword == "ONBUILD":
            keyword, _, text = text.partition(" ")
            keyword, text = keyword.upper(), text.strip()
        if keyword == "FROM":
            shell = "dash"
        if keyword == "SHELL":
            try:
                words = json.loads(text)
            except ValueError:
                words = []
            names = [word.rsplit("/", 1)[-1] for word in words]
            shell = next((SHELLS[name] for name in names if name in SHELLS), None)
        if keyword != "RUN":
            continue
        while match := FLAG.match(text):
            text = text[match.end():]
        text = text.strip()
        words = None
        if text.startswith("["):
            try:
                words = json.loads(text)
            except ValueError:
                pass
        if words is not None:
            if len(words) > 2 and words[1].endswith("c") and words[0].rsplit("/", 1)[-1] in SHELLS:
                yield number, SHELLS[words[0].rsplit("/", 1)[-1]], words[2]
            continue
        if shell is None:
            continue
        if len(found.heredocs) == 1 and HEREDOC.fullmatch(text):
            body = found.heredocs[0][1]
            runs = re.match(r"#!\s*(\S+)(?:\s+(\S+))?", body)
            name = (runs[2] if runs[1].endswith("/env") else runs[1]).rsplit("/", 1)[-1] if runs else None
            if name is None or name in SHELLS:
                yield number, SHELLS.get(name, shell), body
            continue
        yield number, shell, text + "".join(f"\n{body}{name}" for name, body in found.heredocs) + "\n"
