#!/usr/bin/env python3
"""Reads bills of materials as others do: cyclonedx-python-lib with the official schema, spdx-tools with its validation, and
packageurl for every package URL. Names files as cyclonedx=FILE or spdx=FILE; says of each how many packages it read, in JSON."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document


def checked(purls):
    for purl in purls:
        read = PackageURL.from_string(purl)
        again = PackageURL.from_string(read.to_string())
        # A name that is none by its type's rules, as images may hold one, is normalised anew each time.
        if (read.type, read.version, read.qualifiers) != (again.type, again.version, again.qualifiers):
            sys.exit(f"{purl}: read as {read}")
    return len(purls)


def cyclonedx(path):
    text = path.read_text()
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error is not None:
        sys.exit(f"{path}: {error.data}")
    bom = Bom.from_json(json.loads(text))

    def below(components):
        for component in components:
            yield component
            yield from below(component.components)

    parts = [part for part in below(bom.components) if part.type.value == "library"]
    if not bom.validate():
        sys.exit(f"{path}: the reader does not take it for whole")
    return {"packages": len(parts), "purls": checked([str(part.purl) for part in parts if part.purl])}


def spdx(path):
    with tempfile.TemporaryDirectory() as folder:
        # Its reader goes by the file's name.
        named = Path(folder, "bom.spdx.json")
        shutil.copy(path, named)
        document = parse_file(str(named))
    messages = validate_full_spdx_document(document)
    if messages:
        sys.exit("\n".join(f"{path}: {message.validation_message} ({message.context.spdx_id})" for message in messages))
    parts = [part for part in document.packages if part.primary_package_purpose is None]
    purls = [reference.locator for part in parts for reference in part.external_references]
    return {"packages": len(parts), "purls": checked(purls)}


read = {}
for argument in sys.argv[1:]:
    kind, _, path = argument.partition("=")
    read[argument] = {"cyclonedx": cyclonedx, "spdx": spdx}[kind](Path(path))
print(json.dumps(read))
