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
    for name in [name for name in folders if name in ("site-packages", "dist-packages")]:
        site = os.path.join(folder, name)
        if any(part in ("site-packages", "dist-packages") for part in folder.split("/")) or os.path.islink(site):
            continue
        for found in importlib.metadata.distributions(path=[site]):
            if not (found.read_text("METADATA") or found.read_text("PKG-INFO") or found.read_text("")):
                continue
            name = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
            lines.add(f"python {name} {found.version} {site[1:]}")
sys.stdout.write("".join(line + "\n" for line in sorted(lines)))
