"""Dockerfiles built before and after `lint --fix`, and whether what they install works; see benches/lint-fixes-built."""

import os
import re
import shutil
import subprocess
import sys
import time

BINARY = os.environ["REPROLOCK_BIN"]
REGISTRY = "127.0.0.1:5077"
EPOCH = "1700000000"
SCRIPT = "#!/bin/sh\nexit 0\n"


class Case:
    """`file` of the corpus, on Debian's `suite`; `cuts` are patterns that are replaced in it; `context` has files by path, or
    names of the corpus' requirements files; `works` is what a shell must be able to do in the image."""

    def __init__(self, file, works, suite="bookworm", cuts=(), context=None, arguments=()):
        self.file, self.works, self.suite = file, works, suite
        self.cuts, self.context, self.arguments = cuts, context or {}, arguments


def katib(kind, name, works):
    folder = f"cmd/{kind}/{name}/v1beta1"
    return Case(f"kubeflow+katib+cmd__{kind}__{name.replace('/', '__')}__v1beta1__Dockerfile", works, context={
        "pkg/apis/x.py": "", f"{folder}/main.py": "",
        f"{folder}/requirements.txt": f"kubeflow+katib+cmd__{kind}__{name.replace('/', '__')}__v1beta1__requirements.txt"})


HELLO = {"sayhi.sh": SCRIPT, "verify": SCRIPT}
CASES = {
    # forestci 0.3 is installed and not imported: the scikit-learn that the list allows has moved on.
    "katib-hyperband": katib("suggestion", "hyperband", "python -c 'import grpc, numpy, sklearn, scipy, google.protobuf'"),
    "katib-hyperopt": katib("suggestion", "hyperopt", "python -c 'import grpc, numpy, hyperopt, google.protobuf'"),
    "katib-medianstop": katib("earlystopping", "medianstop", "python -c 'import grpc, kubernetes, google.protobuf'"),
    "katib-darts": katib("suggestion", "nas/darts", "python -c 'import grpc, google.protobuf'"),
    "repo2docker-simple": Case("jupyterhub+repo2docker+tests__dockerfile__simple__Dockerfile",
                               "jupyter notebook --version && python -c 'import notebook'", context=HELLO, arguments=["NB_UID=1000"]),
    "repo2docker-binder": Case("jupyterhub+repo2docker+tests__dockerfile__binder-dir__binder__Dockerfile",
                               "jupyter notebook --version", context=HELLO, arguments=["NB_UID=1000"]),
    "tianon-beets": Case("tianon+dockerfiles+beets__Dockerfile", "beet --version"),
    "tianon-exim4": Case("tianon+dockerfiles+exim4__Dockerfile", "exim --version >/dev/null && tini --version && test -d /var/log/exim4",
                         suite="trixie",
                         context={"docker-entrypoint.sh": SCRIPT, "set-exim4-update-conf": SCRIPT}),
    "wandb-triton": Case("wandb+launch-jobs+jobs__deploy_to_nvidia_triton__Dockerfile.wandb",
                         "gcc --version >/dev/null && python3 -c 'import boto3, tritonclient, wandb'",
                         # buildah's COPY knows no --link.
                         cuts=[(r"COPY --link", "COPY")],
                         context={"requirements.txt": "wandb+launch-jobs+jobs__deploy_to_nvidia_triton__requirements.txt",
                                  "job.py": "", "configs/x.yaml": ""}),
    # What needs packages of a gigabyte, or a server that is not the machine's, is cut out of the last four.
    "tfx-discovery": Case("tensorflow+tfx+tfx__tools__docker__Dockerfile.beam_discovery", "python3 -c 'import tomli, setuptools, wheel'",
                          cuts=[(r"FROM python:3.10-slim@sha256:\w+", "FROM python:3.10-slim")],
                          context={"tfx/dependencies.py": "", "tfx/tools/docker/discover_versions.py": "",
                                   "tfx/tools/docker/requirements.txt": "tensorflow+tfx+tfx__tools__docker__requirements.txt",
                                   "tfx/tools/docker/build_constraints.txt": "tensorflow+tfx+tfx__tools__docker__build_constraints.txt"}),
    "accelerate-cpu": Case("huggingface+accelerate+docker__accelerate-cpu__Dockerfile",
                           "jupyter --version >/dev/null && id user && test ! -e /root/.cache/pip",
                           cuts=[(r"    \"accelerate\[[^\n]*\n", ""), (r"    --extra-index-url [^\n]*\n", ""), (r"jupyter \\", "jupyter")]),
    "diffusers-cpu": Case("huggingface+diffusers+docker__diffusers-pytorch-cpu__Dockerfile",
                          "git --version && gcc --version >/dev/null && python3 -c 'import numpy, hf_xet'",
                          cuts=[(r"RUN uv pip install --no-cache-dir \\\n    torch==[^R]*R", "R"), (r"RUN uv pip install [^\n]*git\+[^\n]*\n", ""),
                                (r"    accelerate \\\n", ""), (r"/usr/local/bin/python", "/usr/bin/python3\nENV UV_BREAK_SYSTEM_PACKAGES=1 UV_NATIVE_TLS=1")]),
    "tts-prepare": Case("coqui-ai+TTS+recipes__bel-alex73__docker-prepare__Dockerfile",
                        "gcc --version >/dev/null && python3 -c 'import seaborn, pydub, notebook'",
                        cuts=[(r"pip ffmpeg openjdk-19-jre-headless", "python3-pip"), (r"RUN pip install -r [^\n]*\n", ""),
                              (r"libpython3.10-dev", "libpython3.11-dev"), (r"FROM ubuntu:22.04", "FROM debian:12")],
                        context={"requirements.txt": "", "runtime.sh": SCRIPT}),
}


def run(*command, log, check=True, **more):
    with open(log, "a") as file:
        print("+", *command, file=file, flush=True)
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, **more).returncode
    if check and code:
        raise RuntimeError(f"{' '.join(command[:6])}…: exit {code}, see {log}")
    return code


class Lab:
    def __init__(self, corpus, out):
        self.corpus, self.out, self.bases = corpus, out, set()
        self.driver = "overlay"
        if subprocess.run(self.engine("images"), capture_output=True).returncode:
            self.driver = "vfs"

    def engine(self, *arguments):
        return ["buildah", "--storage-driver", self.driver, "--root", f"{self.out}/storage", "--runroot", f"{self.out}/run", *arguments]

    def base(self, name, suite, log):
        """Debian under a name of Docker Hub's."""
        place = f"{REGISTRY}/{name if '/' in name else 'library/' + name}"
        if place in self.bases:
            return place
        folder = f"{self.out}/base-{suite}"
        if not os.path.isdir(folder):
            os.makedirs(folder)
            os.link(f"{self.out}/{suite}.tar", f"{folder}/base.tar")
            shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder)
            with open(f"{folder}/Dockerfile", "w") as file:
                file.write("FROM scratch\nADD base.tar /\nCOPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n")
        run(*self.engine("bud", "--quiet", "--isolation", "chroot", "-t", place, folder), log=log)
        run(*self.engine("push", "--quiet", "--tls-verify=false", place), log=log)
        run(*self.engine("rmi", "--force", place), log=log)
        self.bases.add(place)
        return place

    def context(self, name, case):
        folder = f"{self.out}/context"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(f"{self.corpus}/dockerfiles/{case.file}") as file:
            text = file.read()
        for old, new in case.cuts:
            text, count = re.subn(old, new, text)
            if not count:
                raise RuntimeError(f"{name}: nothing to cut by {old}")
        with open(f"{folder}/Dockerfile", "w") as file:
            file.write(text)
        for path, content in case.context.items():
            place = f"{folder}/{path}"
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if content.endswith(".txt") and "+" in content:
                shutil.copyfile(f"{self.corpus}/requirements/{content}", place)
            else:
                with open(place, "w") as file:
                    file.write(content)
                os.chmod(place, 0o755)
        return folder, text

    def build(self, name, folder, case, log):
        """Builds and uses an image; whether both went well."""
        arguments = [word for argument in case.arguments for word in ("--build-arg", argument)]
        image = f"localhost/{name}"
        code = run(*self.engine("bud", "--quiet", "--layers=false", "--no-cache", "--isolation", "chroot", "--network", "host", *arguments,
                                "--build-arg", f"SOURCE_DATE_EPOCH={EPOCH}", "-t", image, folder), log=log, check=False)
        if code:
            return f"exit {code} of the build"
        container = subprocess.run(self.engine("from", "--pull-never", image), capture_output=True, text=True).stdout.strip()
        code = run(*self.engine("run", "--isolation", "chroot", container, "--", "sh", "-ec", case.works), log=log, check=False)
        run(*self.engine("rm", container), log=log)
        return f"exit {code} of its use" if code else "works"

    def drop(self, name, log):
        run(*self.engine("rmi", "--force", f"localhost/{name}"), log=log, check=False)
        run(*self.engine("rmi", "--prune", "--force"), log=log, check=False)

    def case(self, name, case):
        log = f"{self.out}/{name}.log"
        folder, text = self.context(name, case)
        bases = sorted(set(re.findall(r"(?im)^FROM\s+(\S+)", text)))
        places = [self.base(base, case.suite, log) for base in bases]
        before = self.build(name, folder, case, log)
        row = [name, before]
        if before != "works":
            self.drop(name, log)
            return row
        archive = f"{self.out}/image.oci.tar"
        run(*self.engine("push", "--quiet", f"localhost/{name}", f"oci-archive:{archive}:{name}"), log=log)
        self.drop(name, log)
        arguments = [word for argument in case.arguments for word in ("--build-arg", argument)]
        run(BINARY, "freeze", f"oci-archive:{archive}", "-f", f"{folder}/Dockerfile", "--context", folder, "--base", f"docker://{places[-1]}",
            "--files", "none", *arguments, "-o", f"{folder}/reprolock.lock", log=log)
        os.remove(archive)
        known = None
        for more in ([], ["--unsafe-fixes"]):
            copy = f"{self.out}/fixed"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
            run(BINARY, "lint", "--select", "all", "--fix", *more, log=log, check=False, cwd=copy)
            run("diff", "-ur", "-x", "reprolock*", folder, copy, log=log, check=False)
            changed = subprocess.run(["diff", "-ur", "-x", "reprolock*", folder, copy], capture_output=True, text=True).stdout
            lines = [line for line in changed.split("\n") if line.startswith(("-", "+")) and not line.startswith(("--- /", "+++ /"))]
            if lines == known:
                # All fixes are safe ones: it is the same Dockerfile.
                row += row[-2:]
                continue
            known = lines
            row.append(self.build(name, copy, case, log))
            row.append(str(len(lines)))
            self.drop(name, log)
        return row


def main():
    corpus, out, *names = sys.argv[1:]
    lab = Lab(corpus, out)
    failed = False
    with open(f"{out}/report.md", "a") as report:
        for name in names or CASES:
            case = CASES[name]
            start = time.time()
            try:
                row = lab.case(name, case)
            except RuntimeError as error:
                row = [name, str(error)]
            failed |= row[1:2] == ["works"] and any("exit" in cell for cell in row[2:])
            line = f"| {' | '.join(row)} | {time.time() - start:.0f} s |"
            print(line, flush=True)
            print(line, file=report, flush=True)
    sys.exit(1 if failed else 0)


main()
