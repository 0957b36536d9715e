"""The Output pane says what the catalogue says: a new model, or a made-up one, needs data alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import timezone

from studio.models import Connection
from studio.providers import catalogue
from studio.providers.output import Output
from studio.views.outputs import Pane
from tests import factories

pytestmark = pytest.mark.django_db

MADE_UP = """
id = "made-up"
label = "Made up"
as_of = 2026-01-01
source = "a test"
base_url = "https://made-up.example"

[[models]]
id = "square"
label = "Square only"
qualities = ["draft", "high"]
formats = ["webp"]
compressed = ["webp"]
max_references = 2
max_prompt = 900
max_takes = 3

[models.sizes]
max_edge = 2048
max_ratio = 1.4
tiers = ["1K"]
exact = false

[models.price]
kind = "flat"
confidence = "exact"
dollars_each = 0.04

[models.latency]
usual = 12
"""


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(catalogue, "_added", {})
    file = tmp_path / "made-up.toml"
    file.write_text(MADE_UP)
    catalogue.add(file)
    return factories.make_connection(provider="made-up", name="Mine")


def pane(*connections: Connection, output: Output | None = None, references: int = 0) -> Pane:
    return Pane(connections=connections, output=output or Output(), references=[1000] * references, characters=80)


def test_ratios_are_closed_with_the_reason_in_words(connection: Connection) -> None:
    shown = pane(connection)
    closed = {tile.ratio for tile in shown.tiles if tile.reason}
    assert closed == {"2:3", "3:2", "9:16", "16:9", "21:9"}
    assert shown.reasons == ["2:3, 3:2, 9:16, 16:9, 21:9: This model goes up to a ratio of 1.4 to 1."]


def test_more_takes_than_the_model_makes_are_refused_as_the_command_line_does(connection: Connection) -> None:
    shown = pane(connection, output=Output(takes=9))
    assert shown.output.takes == 9
    assert shown.refusal == "Choose from 1 to 3 takes; Square only makes no more at once."
    assert pane(connection, output=Output(takes=3)).refusal == ""


@pytest.mark.parametrize(
    ("provider", "output", "reason"),
    [
        ("runbase", Output(model="openai/gpt-image-2", ratio="3:2", tier="4K"), "This model makes 4K in"),
        ("apiyi", Output(model="gpt-image-2-all#chat", ratio="3:2"), "This model chooses the size itself. Choose Auto"),
    ],
)
def test_a_size_that_cannot_be_had_is_refused_and_has_no_price(provider: str, output: Output, reason: str) -> None:
    account = factories.make_connection(provider=provider)
    shown = pane(account, output=replace(output, connection=account.pk))
    assert shown.refusal.startswith(reason)
    assert not any(reason in each for each in shown.reasons)  # it is said once, above Generate
    assert (shown.total_words, shown.lines, shown.sureness) == ("", [], "")


def test_what_stands_in_the_way_of_a_connection_is_said_beside_its_name() -> None:
    team = factories.make_team()
    tested = {"tested_at": timezone.now()}
    rows = [
        factories.make_connection(team=team, provider="apiyi", key_ciphertext="", **tested),
        factories.make_connection(team=team, provider="runbase", **tested),
        factories.make_connection(team=team, provider="runapi", test_passed=True, **tested),
        factories.make_connection(team=team, provider="runcomfy"),
        factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1", key_ciphertext=""),
        factories.make_connection(team=team, provider="runapi", paused_at=timezone.now(), key_ciphertext=""),
    ]
    said = {offer.connection.pk: offer.state for offer in pane(*rows).offers}
    assert [said[row.pk] for row in rows] == ["(no key)", "(test failed)", "", "", "", "(paused)"]


def test_a_connection_without_its_key_is_not_chosen_by_itself() -> None:
    keyless = factories.make_connection(provider="apiyi", key_ciphertext="")
    proof = factories.make_connection(team=keyless.team)
    assert pane(keyless, proof).output.connection == proof.pk
    assert pane(keyless, proof, output=Output(connection=keyless.pk)).refusal == (
        "This connection has no key. Paste one on the connections page, or choose another connection."
    )


def test_a_model_says_what_it_is_for(connection: Connection) -> None:
    account = factories.make_connection(provider="runcomfy")
    chosen = Output(connection=account.pk, model="openai/gpt-image-2#size")
    assert pane(account, output=chosen).hint.startswith("For accounts whose calls")
    assert pane(connection).hint == ""


def test_tiles_are_drawn_to_shape(connection: Connection) -> None:
    wide = next(tile for tile in pane(connection).tiles if tile.ratio == "4:3")
    assert (wide.width, wide.height, wide.x, wide.y) == (30, 22.5, 3, 6.8)


def test_an_output_is_settled_on_what_the_model_offers(connection: Connection) -> None:
    asked = Output(tier="4K", quality="medium", format="png", takes=9, compression=80, ratio="4:3")
    settled = pane(connection, output=asked).output
    assert (settled.tier, settled.quality, settled.format) == ("1K", "draft", "webp")
    assert (settled.connection, settled.model, settled.ratio, settled.compression) == (
        connection.pk,
        "square",
        "4:3",
        80,
    )


def test_a_size_that_cannot_be_made_stays_and_is_told(connection: Connection) -> None:
    shown = pane(connection, output=Output(ratio="21:9"))
    assert shown.size is None
    assert shown.size_reason == "This model goes up to a ratio of 1.4 to 1."
    assert [tile.ratio for tile in shown.tiles if tile.is_chosen] == ["21:9"]


def test_the_price_follows_the_takes(connection: Connection) -> None:
    shown = pane(connection, output=Output(takes=3))
    assert (shown.total_words, shown.lines, shown.usual) == (
        "$0.12",
        [("3 takes, draft quality, 1:1", "$0.12")],
        "about 12 s",
    )
    assert shown.sureness == "The exact price."


def test_references_are_a_line_of_their_own_and_the_lines_add_up() -> None:
    paid = factories.make_connection(provider="openai", name="Paid")
    output = Output(model="gpt-image-2", ratio="3:2", quality="medium", takes=4)
    shown = pane(paid, output=output, references=3)
    cents = [round(float(price.removeprefix("$")) * 100) for _label, price in shown.lines]
    assert len(cents) == 2
    assert sum(cents) == round(float(shown.total_words.removeprefix("$")) * 100)
    assert "rough" in shown.sureness


def test_a_paused_connection_is_not_chosen_by_itself(connection: Connection) -> None:
    connection.pause("No credit.")
    connection.refresh_from_db()
    proof = factories.make_connection(team=connection.team)
    assert pane(connection, proof).output.connection == proof.pk
    assert pane(connection, proof, output=Output(connection=connection.pk)).output.connection == connection.pk


def test_what_a_compatible_server_named_comes_first() -> None:
    server = factories.make_connection(provider="openai", name="Local", found_models=["sdxl"])
    shown = pane(server)
    assert shown.offers[0].model.id == "sdxl"
    assert shown.total_words == "Price unknown"


def test_a_provider_that_left_the_catalogue_is_not_offered() -> None:
    assert pane(factories.make_connection(provider="gone", name="Gone")).offers == []


def test_exact_pixels_that_are_none_are_told_as_such() -> None:
    paid = factories.make_connection(provider="openai", name="Paid")
    shown = pane(paid, output=Output(model="gpt-image-2", ratio="", width=None, height=800))
    assert shown.size is None
    assert shown.size_reason == "Give width and height in whole pixels."
    assert shown.refusal == shown.size_reason
    assert (shown.total_words, shown.sureness, shown.lines) == ("", "", [])
    assert (shown.wide, shown.high) == ("", "800")


def test_exact_pixels_start_from_the_size_that_was_chosen() -> None:
    paid = factories.make_connection(provider="openai", name="Paid")
    assert pane(paid, output=Output(model="gpt-image-2", ratio="auto")).wide == "1024"
    wide = pane(paid, output=Output(model="gpt-image-2", ratio="3:2"))
    assert (wide.wide, wide.high) == ("1536", "1024")


def test_a_picture_is_shown_while_it_is_made_where_the_model_can_and_somebody_wants_it() -> None:
    maker = factories.make_connection(provider="openai")
    off = pane(maker, output=Output(model="gpt-image-2", quality="low"))
    assert off.partials is not None
    assert (off.partials["value"], off.partials["chosen"]) == (3, False)
    assert "$0.009" in off.partials["help"]
    on = pane(maker, output=Output(model="gpt-image-2", quality="low", takes=10, partials=9), references=1)
    assert on.output.partials == 3
    assert [label for label, _price in on.lines] == [
        "10 takes, low quality, 1:1",
        "Shown while it is made",
        "1 reference",
    ]
    assert on.lines[1][1] == "$0.09"
    assert off.total is not None and off.estimate is not None and on.estimate is not None
    assert on.estimate.each == off.estimate.each + 3 * 100 * 30 + 768 * 8
    assert on.sureness.startswith("A rough figure")


@pytest.mark.parametrize("provider", ["proof", "apiyi", "made-up"])
def test_nobody_is_offered_what_a_model_does_not_do(provider: str, connection: Connection) -> None:
    other = connection if provider == "made-up" else factories.make_connection(provider=provider)
    shown = pane(other, output=Output(partials=3))
    assert shown.partials is None
    assert shown.output.partials == 0


def test_another_model_of_a_compatible_server_is_shown_no_sooner() -> None:
    local = factories.make_connection(provider="openai", found_models=["sdxl"])
    assert pane(local, output=Output(connection=local.pk, model="sdxl")).partials is None
