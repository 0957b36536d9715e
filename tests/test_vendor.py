"""The vendored files are what was recorded: nobody edits them by hand, and none lies there unlisted."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
MANIFEST = json.loads((VENDOR / "VENDOR.json").read_text())


def recorded() -> dict[str, str]:
    return {entry["file"]: entry["sha384"] for package in MANIFEST["packages"] for entry in package["files"]}


def test_every_vendored_file_has_its_recorded_hash() -> None:
    computed = {
        name: f"sha384-{base64.b64encode(hashlib.sha384((VENDOR / name).read_bytes()).digest()).decode()}"
        for name in recorded()
    }
    assert computed == recorded()


def test_no_file_lies_in_the_vendor_folder_unlisted() -> None:
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found == set(recorded()) | {"VENDOR.json"}


def test_every_package_is_pinned_and_licensed() -> None:
    for package in MANIFEST["packages"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"]), package["name"]
        assert package["integrity"].startswith("sha512-"), package["name"]
        assert package["licence"], package["name"]
        assert any("LICENSE" in entry["file"] for entry in package["files"]), package["name"]


def test_the_htmx_package_is_the_published_one() -> None:
    [htmx] = [package for package in MANIFEST["packages"] if package["name"] == "htmx.org"]
    assert htmx["integrity"] == (
        "sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg=="
    )


def test_vendored_files_name_no_registry() -> None:
    assert "://" not in (VENDOR / "VENDOR.json").read_text()
