#!/usr/bin/env python3
"""Fetches the browser's third-party files, checks them against recorded hashes and writes them to static/vendor.

Run by hand when a version changes, with ``npm`` on the path; the output is committed, so nobody else needs npm.
Change ``version`` in VENDOR.json, empty its ``integrity`` and run: an empty hash is filled in, a wrong one is an error.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = VENDOR / "VENDOR.json"


def digest(name: str, content: bytes) -> str:
    return f"{name}-{base64.b64encode(hashlib.new(name, content).digest()).decode()}"


def tarball(package: str, version: str) -> bytes:
    """The package as its registry serves it. The npm client knows where that is; this file does not."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, f"{package}@{version}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        [file] = Path(folder).glob("*.tgz")
        return file.read_bytes()


def members(content: bytes) -> dict[str, bytes]:
    """The regular files of a package, by their path inside it."""
    found: dict[str, bytes] = {}
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:gz") as archive:
            for member in archive:
                if member.isfile() and (stream := archive.extractfile(member)):
                    found[member.name.partition("/")[2]] = stream.read()
    return found


def bundle(files: dict[str, bytes], names: list[str]) -> bytes:
    """Scripts one after another, without source-map comments: the maps are not shipped."""
    parts = [re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"", files[name]).rstrip() for name in names]
    return b";\n".join(parts) + b"\n"


def sprite(files: dict[str, bytes], names: list[str]) -> bytes:
    """One SVG with a symbol ``i-<name>`` per icon. Stroke and fill are left to the page's style sheet."""
    symbols = []
    for name in sorted(names):
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", files[f"icons/{name}.svg"].decode(), re.DOTALL)
        if drawing is None:
            raise SystemExit(f"{name}.svg has no drawing.")
        shapes = re.sub(r"\s*\n\s*", "", drawing[1])
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    body = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Lucide, ISC licence -->\n{body}\n</svg>\n'.encode()


def copy(files: dict[str, bytes], names: list[str]) -> bytes:
    [name] = names
    return files[name]


MAKERS = {"bundle": bundle, "sprite": sprite, "copy": copy}


def vendor(package: dict[str, Any]) -> None:
    content = tarball(package["name"], package["version"])
    integrity = digest("sha512", content)
    if package["integrity"] not in {"", integrity}:
        raise SystemExit(f"{package['name']}@{package['version']} is not the recorded package. Nothing written.")
    package["integrity"] = integrity
    files = members(content)
    for entry in package["files"]:
        made = MAKERS[entry["make"]](files, entry["from"])
        entry["sha384"] = digest("sha384", made)
        target = VENDOR / entry["file"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made)
        print(f"{entry['file']}: {len(made):,} bytes")


def main() -> int:
    manifest = json.loads(MANIFEST.read_text())
    for package in manifest["packages"]:
        vendor(package)
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
