"""Makes the README's pictures again: a real studio in an empty folder, its sample prompts drawn by the layout proof.

``.venv/bin/python tools/screenshots.py``, with the packages of requirements-dev.txt; CHROMIUM names the browser's
program. It reaches nothing but this machine.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZE = (1440, 900)
MOST_BYTES = 400_000
PATIENCE = 120_000  # milliseconds, for a slow machine
TAKES = (2, 2, 2, 3, 3)  # of the sample prompts, from the last to the first


@contextmanager
def studio() -> Iterator[str]:
    """A studio of its own on a free port; the address of its sign-in link."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "run"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"STUDIO_DATA": folder},
        )
        if process.stdout is None:
            raise RuntimeError("The studio's output is not there to be read.")
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+/start/\S+", line)))
        finally:
            process.terminate()
            process.wait(timeout=60)


def generate(page: Page, takes: int) -> None:
    """On a prompt's page: so many takes, until all of them are there."""
    number = page.locator("#takes-in")
    number.fill(str(takes))
    page.locator("#generate").filter(has_text=f"{takes} take").wait_for()
    before = page.locator("#takes-area img").count()
    page.locator("#generate").click()
    page.wait_for_function(
        """(wanted) => {
            const pictures = [...document.querySelectorAll("#takes-area img")];
            return pictures.length >= wanted && pictures.every((picture) => picture.complete && picture.naturalWidth);
        }""",
        arg=before + takes,
    )


def keep(page: Page, name: str) -> None:
    """The page as a PNG of at most 256 colours: flat surfaces lose nothing, and pictures little."""
    page.mouse.move(SIZE[0] / 2, 4)  # off whatever shows more when it is pointed at
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    colours = picture.quantize(256)
    small = picture.quantize(palette=colours, dither=Image.Dither.FLOYDSTEINBERG)
    target = FOLDER / f"{name}.png"
    (small if _weight(small) <= MOST_BYTES else colours).save(target, optimize=True)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


def _weight(picture: Image.Image) -> int:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.tell()


def shoot(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("form[method=post] button").click()
    page.goto("/")
    page.locator("a", has_text="All prompts").first.click()
    page.wait_for_url("**/prompts/")
    links = page.locator(".prompt-item h2 a")
    links.first.wait_for()
    prompts = links.evaluate_all("(links) => links.map((link) => link.pathname)")
    for address, takes in zip(reversed(prompts), TAKES, strict=False):
        page.goto(address)
        generate(page, takes)
    keep(page, "compose")
    page.goto(page.locator("nav a", has_text="Gallery").first.get_attribute("href") or "/")
    page.locator(".tile img").first.wait_for()
    keep(page, "gallery")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with studio() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        origin = link.split("/start/")[0]
        context = browser.new_context(
            base_url=origin, viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="dark", locale="en-GB"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        shoot(page, link)
        browser.close()


if __name__ == "__main__":
    main()
