"""References on the command line: refused in words where they have no road, told of where they go as smaller copies."""

from __future__ import annotations

import os
from io import BytesIO

import pytest
from PIL import Image

from tests import factories
from tests.doubles.provider import Provider
from tests.management.shell import Studio
from tests.management.test_own_catalogue import MADE_UP, SHIPPED, own

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="Each of these has an SQLite file of its own.")

MOST = 20_000


def catalogue_with(studio: Studio, lines: str) -> dict[str, str]:
    return own(studio, SHIPPED + MADE_UP.replace("max_references = 0", f"max_references = 2\n{lines}"))


def test_without_a_public_address_a_link_is_refused_before_anything_is_stored(studio: Studio) -> None:
    (studio.folder / "tin.png").write_bytes(factories.make_picture())
    environment = catalogue_with(studio, 'roads = ["link"]')
    environment |= {"A_KEY": "a-key-of-somebody"}
    connect = ("connect", "Local", "--provider", "openai", "--key-env", "A_KEY")
    assert studio.run(*connect, **environment)[0] == 0
    generate = ("generate", "-p", "A cup", "--connection", "Local", "--model", "made-up-9", "--inline")
    code, printed, said = studio.run(*generate, "-i", "tin.png", **environment)
    assert (code, printed) == (65, "")
    assert "the studio has no public address. Ask your operator to set STUDIO_PUBLIC_URL" in said
    assert studio.rows("SELECT count(*) FROM studio_reference") == [(0,)]
    assert studio.rows("SELECT count(*) FROM studio_generation") == [(0,)]


def test_what_is_sent_smaller_is_said(studio: Studio) -> None:
    noise = BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(noise, "PNG")
    (studio.folder / "large.png").write_bytes(noise.getvalue())
    (studio.folder / "small.png").write_bytes(factories.make_picture())
    environment = catalogue_with(studio, f"max_reference_megabytes = {MOST / 1_000_000}")
    with Provider() as provider:
        studio.allow = provider.address
        connect = ("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        assert studio.run(*connect, **environment)[0] == 0
        generate = ("generate", "-p", "A cup", "--connection", "Local", "--model", "made-up-9", "--inline")
        _code, _printed, said = studio.run(*generate, "-i", "small.png", "-i", "large.png", **environment)
    assert "Image 2 is sent smaller: at most 0.1 MB instead of 0.2 MB." in said
    assert "Image 1 is sent smaller" not in said
    small, large = provider.submissions[0].files
    assert len(large.content) <= MOST < len(noise.getvalue())
    assert (small.media_type, large.media_type) == ("image/png", "image/jpeg")
    assert Image.open(BytesIO(large.content)).format == "JPEG"
