"""Installs packages of the local channel into a prefix: install.py PREFIX SPEC...

conda's own library, rattler, does it and writes conda-meta; the history, which conda itself keeps, is added in its form.
"""

import asyncio
import datetime
import os
import pathlib
import sys

from rattler import Channel, MatchSpec, Platform, install, solve


async def main(prefix, *names):
    meta = pathlib.Path(prefix, "conda-meta")
    before = {path.stem for path in meta.glob("*.json")}
    specs = [MatchSpec(name) for name in names]
    records = await solve(
        sources=[Channel("file:///srv/channel")],
        specs=specs,
        platforms=[Platform("linux-64"), Platform("noarch")],
    )
    await install(records, target_prefix=prefix, cache_dir="/opt/pkgs")
    now = datetime.datetime.now(datetime.timezone.utc)
    with open(meta / "history", "a") as history:
        print(f"==> {now:%Y-%m-%d %H:%M:%S} <==", file=history)
        print(f"# cmd: conda install -p {prefix} {' '.join(names)}", file=history)
        for name in {path.stem for path in meta.glob("*.json")} - before:
            print(f"+local/noarch::{name}", file=history)
        print(f"# update specs: {list(names)}", file=history)


asyncio.run(main(*sys.argv[1:]))
# The library's own threads may crash Python as it ends.
os._exit(0)
