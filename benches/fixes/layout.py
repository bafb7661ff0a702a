"""The files of a corpus, each where its repository has it, so that requirements are found behind COPY."""

import csv
import os
import shutil


def put(tree, repo, path, source):
    target = os.path.join(tree, repo, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)
    os.makedirs(os.path.join(tree, repo, ".git"), exist_ok=True)


def laid_out(corpus, tree):
    """Each file where its repository has it; the Dockerfiles."""
    with open(f"{corpus}/dockerfiles/INDEX.tsv") as index:
        rows = sorted(csv.DictReader(index, delimiter="\t"), key=lambda row: (row["repo"], row["path"]))
    for row in rows:
        put(tree, row["repo"], row["path"], f"{corpus}/dockerfiles/{row['file']}")
    for name in sorted(os.listdir(f"{corpus}/requirements")):
        owner, repo, path = name.split("+", 2)
        put(tree, f"{owner}/{repo}", path.replace("__", "/"), f"{corpus}/requirements/{name}")
    return [(row["repo"], row["path"]) for row in rows]
