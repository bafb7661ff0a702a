"""Python environments of every kind, made by pip and, where it is there, uv, without a network; and what pip and uv list in each.

    environments.py OUT

Writes OUT/tree.tar.gz, a root file system, and OUT/report.json, pip's report of the virtual environment's install. Prints JSON:
`sites`, by path the names and versions of each tool; `wheels`, the sha256 of each wheel; `whole`, the sites that nothing touched.
"""

import base64, hashlib, json, os, shutil, subprocess, sys, sysconfig, tarfile, venv, zipfile  # noqa: E401

out = os.path.abspath(sys.argv[1])
root, wheelhouse = f"{out}/root", f"{out}/wheels"
lib = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
env = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "PYTHON")) and k != "VIRTUAL_ENV"}
env |= {"HOME": f"{out}/home", "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1", "UV_CACHE_DIR": f"{out}/uv-cache", "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy"}
os.makedirs(wheelhouse), os.makedirs(f"{out}/home")


def run(*command, **variables):
    ran = subprocess.run(command, env={**env, **variables}, capture_output=True, text=True)
    assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
    return ran.stdout


def wheel(name, version, tag, requires=(), scripts=()):
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name.split('.')[0]}/__init__.py": f"version = {version!r}\ndef main(): print(version)\n",
        f"{name.split('.')[0]}/data with, comma.txt": "x",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {one}\n" for one in requires),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    if scripts:
        files[f"{info}/entry_points.txt"] = "[console_scripts]\n" + "".join(f"{one} = {name}:main\n" for one in scripts)
    sum = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()  # noqa: E731
    quoted = lambda path: f'"{path}"' if "," in path else path  # noqa: E731
    rows = [f"{quoted(path)},sha256={sum(text)},{len(text)}\n" for path, text in files.items()]
    files[f"{info}/RECORD"] = "".join(rows) + f"{info}/RECORD,,\n"
    path = f"{wheelhouse}/{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(zipfile.ZipInfo(member), text)
    return name, hashlib.sha256(open(path, "rb").read()).hexdigest()


wheels = dict(
    [
        wheel("alpha", "1.0", "py3-none-any"),
        wheel("beta_pkg", "2.1rc1", "py3-none-any", scripts=["beta-run"]),
        wheel("gamma.dotted", "3.0+local.1", "py3-none-any", requires=["alpha>=1"]),
    ]
)
offline = ["--no-index", "--find-links", wheelhouse]
wanted = ["gamma.dotted", "beta-pkg"]

venv.create(f"{root}/opt/venv", with_pip=True, symlinks=True)
pip = [f"{root}/opt/venv/bin/python", "-m", "pip"]
run(*pip, "install", "-q", *offline, "--report", f"{out}/report.json", *wanted)
run(*pip, "install", "-q", *offline, "--target", f"{root}/var/task", *wanted)
run(*pip, "install", "-q", *offline, "--prefix", f"{root}/usr/local", "--ignore-installed", "--no-compile", *wanted)
sites = [f"opt/venv/{lib}", "var/task", f"usr/local/{lib}"]
whole = list(sites)
# A virtual environment has no user site.
own_pip = [getattr(sys, "_base_executable", sys.executable), "-m", "pip"]
if subprocess.run([*own_pip, "--version"], env=env, capture_output=True).returncode == 0:
    base = f"{root}/home/app/.local"
    run(*own_pip, "install", "-q", "--user", "--ignore-installed", "--no-warn-script-location", *offline, *wanted,
        PYTHONUSERBASE=base, PIP_BREAK_SYSTEM_PACKAGES="1")
    user = os.path.relpath(sysconfig.get_path("purelib", "posix_user", {"userbase": base}), root)
    sites.append(user), whole.append(user)

# What the interpreter of this machine has: the metadata alone.
system, own = f"{root}/usr/lib/python3/dist-packages", sysconfig.get_path("purelib")
for name in sorted(os.listdir(own)) if os.path.isdir(own) else []:
    if name.endswith((".dist-info", ".egg-info")) and not name.startswith(("~", "-")):
        copy = shutil.copytree if os.path.isdir(f"{own}/{name}") else shutil.copyfile
        os.makedirs(system, exist_ok=True)
        copy(f"{own}/{name}", f"{system}/{name}")
if os.path.isdir(system):
    sites.append("usr/lib/python3/dist-packages")

uv = shutil.which("uv")
if uv:
    run(uv, "venv", "-q", "--python", sys.executable, f"{root}/opt/uv")
    run(uv, "pip", "install", "-q", *offline, "--python", f"{root}/opt/uv/bin/python", *wanted)
    run(uv, "pip", "install", "-q", *offline, "--python", f"{root}/opt/uv/bin/python", "--target", f"{root}/opt/layer/python", *wanted)
    for site in (f"opt/uv/{lib}", "opt/layer/python"):
        sites.append(site), whole.append(site)

lists = {}
for site in sites:
    listed = {"pip": json.loads(run(*pip, "list", "--format", "json", "--path", f"{root}/{site}"))}
    if uv:
        listed["uv"] = json.loads(run(uv, "pip", "list", "--format", "json", "--target", f"{root}/{site}"))
    lists[site] = {tool: [[one["name"], one["version"]] for one in rows] for tool, rows in listed.items()}
with tarfile.open(f"{out}/tree.tar.gz", "w:gz", compresslevel=1) as archive:
    for name in sorted(os.listdir(root)):
        archive.add(f"{root}/{name}", arcname=name)
json.dump({"sites": lists, "wheels": wheels, "whole": whole}, sys.stdout)
