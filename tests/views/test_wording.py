"""What is put together, stored or shared between readers is said in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from studio.models import Connection, Team
from studio.providers import failures
from studio.services import connections
from studio.templatetags.studio import elapsed, money, seconds
from studio.views import wording
from tests import factories


@pytest.fixture
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def test_english_joins_with_spaces() -> None:
    assert wording.sentences("Failed.", "", "Try again.") == "Failed. Try again."
    assert wording.listed(["2:3", "3:2"]) == wording.beside(["2:3", "", "3:2"]) == "2:3, 3:2"
    assert wording.sentences() == ""


@pytest.mark.usefixtures("chinese")
def test_chinese_joins_with_its_own_signs() -> None:
    assert wording.sentences("失败。", "请重试。") == "失败。请重试。"
    assert wording.listed(["2:3", "3:2"]) == "2:3、3:2"
    assert wording.beside(["2 张", "1:1"]) == "2 张，1:1"


@pytest.mark.usefixtures("chinese")
def test_chinese_numbers_and_lengths_of_time() -> None:
    assert money(12_345_670_000) == "$12,345.67"
    assert seconds(75) == "1 分 15 秒"
    assert 'data-seconds="%(s)d 秒"' in elapsed(5)


def test_what_a_test_said_is_stored_for_every_reader(team: Team) -> None:
    """Whoever tested it in Chinese, the others read it in their own language."""
    row = factories.make_connection(team=team)
    with translation.override("zh-hans"):
        connections.test(row)
    row.refresh_from_db()
    assert wording.retold(row.test_message) == "Ready. The layout proof needs no account."
    with translation.override("zh-hans"):
        assert wording.retold(row.test_message) == "可以使用。版式打样不需要账号。"


@pytest.mark.usefixtures("chinese")
def test_a_failure_is_retold_sentence_by_sentence_and_other_words_stay() -> None:
    known = failures.explain(failures.BAD_KEY)
    assert wording.retold(f"{known.sentence}\n{known.step}").startswith("服务商不接受此密钥。请在")
    assert wording.retold("Paused by Ada until Monday.") == "Paused by Ada until Monday."
    assert wording.retold("") == ""


@pytest.mark.usefixtures("chinese")
def test_only_the_catalogue_s_own_names_are_translated(team: Team) -> None:
    proof = factories.make_connection(team=team)
    named = Connection(team=team, provider="proof", name="Rehearsal")
    assert (wording.connection_name(proof), wording.connection_name(named)) == ("版式打样", "Rehearsal")
    assert wording.provider_name("gone") == "gone"


def test_settings_switch_the_language_of_the_next_page(owner_client: Client, team: Team) -> None:
    address = f"/t/{team.slug}/settings/"
    answer = owner_client.post(address, {"theme": "system", "language": "zh-hans"}, follow=True)
    page = answer.content.decode()
    assert '<html lang="zh-hans"' in page
    assert "设置已保存。" in page
    assert answer.headers["Content-Language"] == "zh-hans"


def test_a_chinese_browser_is_greeted_in_chinese(client: Client, db: None) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "zh-CN,zh;q=0.9"}).content.decode()
    assert '<html lang="zh-hans"' in page
    assert "登录 Prompt Studio" in page
