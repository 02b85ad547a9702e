"""What is in a package, and what made it, as an SPDX document."""

import datetime
import hashlib
import json

from cross import run

SWIFT_LICENSE = "Apache-2.0 WITH Swift-exception"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _package(number, name, version, license_, **more):
    return {"SPDXID": f"SPDXRef-{number}", "name": name, "versionInfo": version,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": license_, "licenseDeclared": license_,
            "copyrightText": "NOASSERTION", **more}


def _of_ours(number, tree, file):
    name, version, _ = file.stem.split("_")
    return _package(number, name, version, "MIT", comment=f"commit {tree.commit}",
                    checksums=[{"algorithm": "SHA256", "checksumValue": digest(file)}],
                    packageFileName=file.name)


def document(tree, files, packages):
    """The text of the document.

    `files` are the package of the programs and that of the words; `packages` are those of Debian
    that the programs were built with, `NAME VERSION`.
    """
    when = datetime.datetime.fromtimestamp(tree.time, datetime.timezone.utc)
    swift = run("swiftc", "--version", env=tree.environment).splitlines()[0]
    programs, words = (_of_ours(number, tree, file) for number, file in enumerate(files))
    runtime = _package(2, "swift", swift.split("(")[0].split("version")[1].strip(), SWIFT_LICENSE,
                       comment=f"compiler; parts of its library are in the programs: {swift}")
    speech = _package(3, "espeak-ng", run("dpkg-query", "-W", "-f", "${Version}", "espeak-ng"),
                      "GPL-3.0-or-later", comment="said the words")
    used = [_package(number, *line.split(), "NOASSERTION")
            for number, line in enumerate(packages, 4)]
    relations = [("DESCRIBES", "DOCUMENT", 0), ("DESCRIBES", "DOCUMENT", 1), ("STATIC_LINK", 0, 2),
                 ("BUILD_TOOL_OF", 3, 1)]
    relations += [("BUILD_DEPENDENCY_OF", number + 4, 0) for number in range(len(used))]
    return json.dumps({
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": files[0].stem, "documentNamespace": f"urn:sha256:{digest(files[0])}",
        "creationInfo": {"created": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: intercomd-tools-package"]},
        "packages": [programs, words, runtime, speech, *used],
        "relationships": [
            {"spdxElementId": f"SPDXRef-{one}", "relationshipType": kind,
             "relatedSpdxElement": f"SPDXRef-{other}"} for kind, one, other in relations],
    }, indent=1) + "\n"
