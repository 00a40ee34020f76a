"""Writes the bill of materials of a release, in SPDX 2.3: sbom.py VERSION EPOCH IMAGE_ROOT PACKAGE ... >FILE

IMAGE_ROOT is the image's files, whose record of Debian packages says what is in it; each PACKAGE is a .deb, whose
dependencies say what it needs."""
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys

version, epoch, image_root, *debs = sys.argv[1:]
image_root = pathlib.Path(image_root)


def identifier(*parts):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(parts))


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def paragraphs(text):
    """The fields of each paragraph of a control file, first lines only."""
    for paragraph in re.split(r"\n\n+", text.strip()):
        yield dict(re.findall(r"^([A-Za-z-]+): *(.*)$", paragraph, re.MULTILINE))


def package(name, package_version, supplier, licence, **others):
    return {
        "SPDXID": identifier("Package", name, package_version), "name": name, "versionInfo": package_version,
        "supplier": supplier, "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence, "copyrightText": "NOASSERTION", **others}


def located(url):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}]


release = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?$', (image_root / "etc/os-release").read_text(), re.MULTILINE))
distribution = f"{release['ID']}-{release['VERSION_ID']}"
program = package("git-sidecar", version, "Organization: git-sidecar", "Apache-2.0", primaryPackagePurpose="APPLICATION")
compiler = subprocess.run(["swiftc", "--version"], capture_output=True, text=True, check=True).stdout
swift_version = re.search(r"Swift version ([0-9.]+)", compiler).group(1)
swift = package("swift-stdlib", swift_version, "Organization: Swift project", "Apache-2.0 WITH Swift-exception",
                primaryPackagePurpose="LIBRARY", comment="It is linked into both programs.")
image = package("git-sidecar-image", version, "Organization: git-sidecar", "NOASSERTION", primaryPackagePurpose="CONTAINER")
packages = [program, swift, image]
relations = [(program, "CONTAINS", swift), (image, "CONTAINS", program)]

for fields in paragraphs((image_root / "var/lib/dpkg/status").read_text()):
    url = (f"pkg:deb/debian/{fields['Package']}@{fields['Version'].replace('+', '%2B').replace(':', '%3A')}"
           f"?arch={fields['Architecture']}&distro={distribution}")
    found = package(fields["Package"], fields["Version"], "Organization: Debian", "NOASSERTION", externalRefs=located(url))
    if "Source" in fields:
        found["sourceInfo"] = f"built from Debian's source package {fields['Source']}"
    packages.append(found)
    relations.append((image, "CONTAINS", found))

for deb in debs:
    text = subprocess.run(["dpkg-deb", "--field", deb], capture_output=True, text=True, check=True).stdout
    [fields] = paragraphs(text)
    found = package(
        "git-sidecar-deb", fields["Version"], "Organization: git-sidecar", "Apache-2.0", primaryPackagePurpose="INSTALL",
        packageFileName=pathlib.Path(deb).name, checksums=[{"algorithm": "SHA256", "checksumValue": sha256(deb)}],
        comment=f"It depends on {fields['Depends']}.")
    packages.append(found)
    relations.append((found, "CONTAINS", program))

files = []
for name in ("git-sidecar", "git-sidecar-worker"):
    path = image_root / "usr/bin" / name
    content = path.read_bytes()
    files.append({
        "SPDXID": identifier("File", name), "fileName": f"./usr/bin/{name}", "fileTypes": ["BINARY"],
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
                      {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()}],
        "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION"})
    # A package whose files are not all listed may not say that it contains some.
    relations.append((files[-1], "GENERATED_FROM", program))

described = [image] + [found for found in packages if found["name"] == "git-sidecar-deb"]
document = {
    "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"git-sidecar-{version}",
    "creationInfo": {
        "created": datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creators": ["Organization: git-sidecar", "Tool: scripts/sbom.py"]},
    "packages": packages, "files": files,
    "relationships": [
        {"spdxElementId": one["SPDXID"], "relationshipType": kind, "relatedSpdxElement": other["SPDXID"]}
        for one, kind, other in relations] + [
        {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": one["SPDXID"]}
        for one in described]}
# Its name is that of its content: the same release has the same one.
content = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
document["documentNamespace"] = f"https://spdx.org/spdxdocs/git-sidecar-{version}-{content}"
json.dump(document, sys.stdout, indent=2, sort_keys=True)
print()
