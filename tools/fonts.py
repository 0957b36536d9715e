#!/usr/bin/env python3
"""Makes the layout proof's fonts: fetches packages with the npm client, keeps the characters named here, packs them.

Run by hand when a version changes, with ``npm`` on the path; the output is committed, so nobody else needs npm.
The list below is the source; FONTS.json is written from it, with the hash of every file that was made.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uharfbuzz as hb

FONTS = Path(__file__).resolve().parent.parent / "studio" / "imaging" / "fonts"
SCOPE = "@expo-google-fonts"


@dataclass(frozen=True)
class Source:
    package: str
    version: str
    face: str  # a folder and a file of the package: "600SemiBold/NotoSansJP"
    coverage: str = "everything"


SOURCES = (
    Source("inter", "0.4.2", "500Medium/Inter", "alphabets"),
    Source("inter", "0.4.2", "700Bold/Inter", "alphabets"),
    Source("newsreader", "0.4.1", "500Medium/Newsreader", "alphabets"),
    Source("noto-sans-jp", "0.4.3", "600SemiBold/NotoSansJP", "japanese"),
    Source("noto-sans-sc", "0.4.3", "600SemiBold/NotoSansSC", "chinese"),
    Source("noto-sans-tc", "0.4.3", "600SemiBold/NotoSansTC", "traditional"),
    Source("noto-sans-kr", "0.4.3", "600SemiBold/NotoSansKR", "korean"),
    Source("noto-sans-arabic", "0.4.3", "600SemiBold/NotoSansArabic"),
    Source("noto-sans-hebrew", "0.4.1", "600SemiBold/NotoSansHebrew"),
    Source("noto-sans-thai", "0.4.2", "600SemiBold/NotoSansThai"),
    Source("noto-sans-devanagari", "0.4.1", "600SemiBold/NotoSansDevanagari"),
    Source("noto-sans-bengali", "0.4.4", "600SemiBold/NotoSansBengali"),
    Source("noto-sans-tamil", "0.4.3", "600SemiBold/NotoSansTamil"),
    Source("noto-sans-georgian", "0.4.3", "600SemiBold/NotoSansGeorgian"),
    Source("noto-sans-armenian", "0.4.2", "600SemiBold/NotoSansArmenian"),
    Source("noto-emoji", "0.4.7", "600SemiBold/NotoEmoji"),
)


def between(*bounds: tuple[int, int]) -> set[int]:
    return {code for first, last in bounds for code in range(first, last + 1)}


def encoded(codec: str, first: range, second: range) -> set[int]:
    """The characters of a two-byte national standard, from Python's own tables."""
    found: set[int] = set()
    for pair in ((high, low) for high in first for low in second):
        text = bytes(pair).decode(codec, errors="ignore")
        found.update(ord(character) for character in text if ord(character) > 0x7F)
    return found


def coverage(name: str) -> set[int] | None:
    """None keeps every character of the font."""
    rows = range(0xA1, 0xFF)
    wide = between((0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x3000, 0x30FF), (0xFF00, 0xFFEF))
    sets = {
        "alphabets": lambda: between((0x20, 0x2FFF), (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xFB00, 0xFB06)),
        "japanese": lambda: wide | between((0x31F0, 0x31FF)) | encoded("euc_jp", rows, rows),
        "chinese": lambda: wide | between((0x3100, 0x312F), (0x4E00, 0x9FFF)) | encoded("gb2312", rows, rows),
        "traditional": lambda: wide | between((0x3100, 0x312F)) | encoded("big5", range(0xA1, 0xC7), range(0x40, 0xFF)),
        "korean": lambda: wide | between((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7A3)),
    }
    return sets[name]() if name in sets else None


def unpacked(source: Source, folder: Path) -> Path:
    """The package's folder. The npm client knows where packages come from; this file does not."""
    target = folder / source.package
    if not target.exists():
        target.mkdir()
        name = f"{SCOPE}/{source.package}@{source.version}"
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(target), name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        [archive] = target.glob("*.tgz")
        with tarfile.open(archive) as file:
            file.extractall(target, filter="data")
    return target / "package"


def subset(path: Path, keep: set[int] | None) -> bytes:
    face = hb.Face(hb.Blob.from_file_path(str(path)))
    plan = hb.SubsetInput()
    plan.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    covered = set(face.unicodes)
    plan.unicode_set.update(covered & keep if keep else covered)
    made = hb.subset(face, plan)
    return bytes(made.blob.data)


def make(source: Source, folder: Path) -> dict[str, str]:
    package = unpacked(source, folder)
    weight, name = source.face.split("/")
    original = package / weight / f"{name}_{weight}.ttf"
    packed = gzip.compress(subset(original, coverage(source.coverage)), compresslevel=9, mtime=0)
    file, licence = f"{name}-{weight}.ttf.gz", f"{source.package}.LICENCE.txt"
    (FONTS / file).write_bytes(packed)
    (FONTS / licence).write_bytes((package / "LICENSE_FONT").read_bytes())
    print(f"{file}: {len(packed):,} bytes")
    face = hb.Face(hb.Blob.from_file_path(str(original)))
    return {
        "file": file,
        "name": face.get_name(hb.OTNameIdPredefined.FULL_NAME) or name,
        "version": face.get_name(hb.OTNameIdPredefined.VERSION_STRING) or "",
        "licence": "OFL-1.1",
        "licence_file": licence,
        "package": f"{SCOPE}/{source.package}",
        "package_version": source.version,
        "coverage": source.coverage,
        "sha256": hashlib.sha256(packed).hexdigest(),
    }


def made_all() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        for source in SOURCES:
            yield make(source, Path(folder))


def main() -> int:
    FONTS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"fonts": list(made_all())}, indent=2, ensure_ascii=False)
    (FONTS / "FONTS.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
