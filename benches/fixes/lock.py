"""A lockfile that has every name which a Dockerfile and what lies beside it may install: each word is a package of every
ecosystem, in a version that the ranges written beside it allow."""

import hashlib
import re

try:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
except ImportError:
    from pip._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet

WORD = re.compile(r"(?<![\w$./-])[A-Za-z0-9][\w.+-]*[\w+]|(?<![\w$./-])[A-Za-z](?![\w.+-])")
RANGED = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?((?:[<>=!~]=?=?\s*[\w.*+!]+\s*,?\s*)+)")
APT_RANGED = re.compile(r"([a-z0-9][\w.+-]*)=([\w.+:~-]*)\*")
NUMBER = re.compile(r"\d[\w.]*")
URL = re.compile(r"git\+([a-z]+://[^\s\"'@#;]+)(?:@([^\s\"'#;]+))?")
IMAGE = re.compile(r"(?:[\w.-]+(?::\d+)?/)*[a-z0-9][\w.-]*(?::[\w][\w.-]*)?")


def digest(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def images(source):
    """What the Dockerfile may call an image, its ARGs' defaults filled in."""
    defaults = dict(re.findall(r"(?im)^\s*ARG\s+(\w+)=[\"']?([^\s\"']+)", source))
    fill = lambda text: re.sub(r"\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))",
                               lambda got: defaults.get(got[1] or got[3], got[2] or ""), text)
    written = re.findall(r"(?im)^\s*FROM\s+(?:--\S+\s+)*[\"']?([^\s\"']+)", source)
    written += re.findall(r"--from=([^\s\"',]+)", source) + re.findall(r"(?:^|,)from=([^\s\"',]+)", source)
    written += re.findall(r"(?im)^#\s*syntax\s*=\s*(\S+)", source) + list(defaults.values())
    names = {fill(fill(name)) for name in written}
    return sorted(name for name in names if IMAGE.fullmatch(name) and "@" not in name)


def version(name, ranges):
    """A version within all ranges, or most of them."""
    candidates = ["4.3.2"]
    for text in ranges:
        for number in NUMBER.findall(text):
            parts = number.rstrip(".").split(".")
            candidates += [number.rstrip("."), number.rstrip(".") + ".1"]
            if parts[-1].isdigit() and int(parts[-1]):
                candidates.append(".".join(parts[:-1] + [str(int(parts[-1]) - 1)]))
    def fits(candidate):
        count = 0
        for text in ranges:
            try:
                count += SpecifierSet(text).contains(candidate, prereleases=True)
            except (InvalidSpecifier, ValueError):
                pass
        return count
    return max(candidates, key=fits)


def covering(path, source, beside):
    text = source + "\n".join(text for at, text in sorted(beside.items()) if at.endswith((".txt", ".in")))
    ranges = {}
    for name, written in RANGED.findall(text):
        ranges.setdefault(name.lower(), []).append(re.sub(r"\s|,\s*$", "", written).rstrip(","))
    names = sorted({word.lower().rstrip(".") for word in WORD.findall(text) if not word.isdigit()})
    apt = {name: start for name, start in APT_RANGED.findall(text)}
    lines = ["version = 2", "", "[image]", 'platform = "linux/amd64"', f'config = "{digest("config")}"', "", "[build]",
             f'dockerfile = "{path}"', f'dockerfile-digest = "{digest(source)}"', "source-date-epoch = 1700000000"]
    for name in images(source):
        lines += ["", "[[build.image]]", f'reference = "{name}"', f'digest = "{digest(name)}"']
    for at in sorted(beside):
        if at.endswith((".txt", ".in")):
            lines += ["", "[[build.requirements]]", f'path = "{at}"', f'digest = "{digest(beside[at])}"']
    layer = digest("layer")
    lines += ["", "[[layer]]", f'diff-id = "{layer}"', f'content = "{layer}"', "size = 1", "uncompressed-size = 1",
              'compression = "none"', "files = 1"]
    def package(ecosystem, name, version, more=()):
        lines.extend(["", f"[[package.{ecosystem}]]", f'name = "{name}"', f'version = "{version}"',
                      f'location = "{"usr/lib/python3.11/site-packages" if ecosystem == "python" else "db"}"',
                      *more, "layer = 0"])
    for ecosystem, written in (("apk", "1.2.3-r0"), ("deb", None), ("rpm", "1.2.3-4.el8"), ("python", None)):
        known = set()
        for name in names:
            key = re.sub(r"[-_.]+", "-", name) if ecosystem == "python" else name
            if key in known:
                continue
            known.add(key)
            same = [one for other, list in ranges.items() if re.sub(r"[-_.]+", "-", other) == key for one in list]
            own = version(key, same) if ecosystem == "python" else written or apt.get(name, "") + "1:2.3-4+deb12u5"[2 * (name in apt):]
            package(ecosystem, key, own, [f'hashes = ["{digest(key)}"]'] if ecosystem == "python" else [])
    for number, (url, _) in enumerate(sorted(set(URL.findall(text)))):
        commit = hashlib.sha1(url.encode()).hexdigest()
        package("python", f"from-git-{number}", "1", [f'origin = "git+{url}@{commit}"'])
    return "\n".join(lines) + "\n"
