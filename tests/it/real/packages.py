"""What dpkg-query and importlib.metadata say is installed in an unpacked tree, a line each; links are followed inside of it.

    packages.py TREE
"""

import csv, email, email.message, email.parser, email.policy, importlib.metadata, os, re, subprocess, sys, zipfile  # noqa: E401

root = os.path.realpath(sys.argv[1])


def inside(path, links=0):
    """Where a path of the tree leads, as a path of this machine."""
    at = []
    parts = [part for part in path.split("/") if part]
    while parts:
        part = parts.pop(0)
        if part == "..":
            at = at[:-1]
            continue
        place = os.path.join(root, *at, part)
        if os.path.islink(place):
            links += 1
            if links > 40:
                return None
            target = os.readlink(place)
            at = [] if target.startswith("/") else at
            parts = [part for part in target.split("/") if part not in ("", ".")] + parts
        else:
            at.append(part)
    return os.path.join(root, *at)


NAMES = ("site-packages", "dist-packages")


def sites(folder, folders):
    """The site directories below a folder of the tree, and what links called so lead to."""
    if any(part in NAMES or part == "_vendor" for part in folder.split("/")):
        return
    for name in folders:
        site = os.path.join(folder, name)
        real = os.path.realpath(site)
        if name not in NAMES or not os.path.isdir(real) or os.path.islink(site) and real == "/":
            continue
        if os.path.islink(site) and any(part in NAMES or part == "_vendor" for part in real.split("/")):
            continue
        yield real


lines = set()
status = inside("var/lib/dpkg/status")
if status and os.path.isfile(status):
    form = "${Package} ${Version} ${Architecture} ${db:Status-Status}\n"
    said = subprocess.run(
        ["dpkg-query", f"--admindir={os.path.dirname(status)}", "-W", "-f", form], capture_output=True, text=True
    )
    assert said.returncode == 0 or "no packages found" in said.stderr, said.stderr
    for name, version, architecture, state in (line.split() for line in said.stdout.splitlines()):
        if state not in ("config-files", "not-installed"):
            lines.add(f"deb {name} {version} {architecture} {'' if state == 'installed' else state}")

os.chroot(root)
os.chdir("/")
for folder, folders, _ in os.walk("/"):
    for site in sites(folder, folders):
        for found in importlib.metadata.distributions(path=[site]):
            if not (found.read_text("METADATA") or found.read_text("PKG-INFO") or found.read_text("")):
                continue
            name = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
            lines.add(f"python {name} {found.version} {site[1:]}")
sys.stdout.write("".join(line + "\n" for line in sorted(lines)))
