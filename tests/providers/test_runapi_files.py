"""RunAPI: a reference goes to the storage by one form, or by three steps where that takes none."""

from __future__ import annotations

import base64
import hashlib
import itertools
from pathlib import Path
from typing import Any

import pytest

from studio.providers import failures
from studio.providers.values import Account, Call, Failure, FileBody, Reply
from tests.doubles.behaviour import Behaviour
from tests.doubles.provider import Provider
from tests.doubles.runapi import RunAPI
from tests.doubles.runapi_files import Files
from tests.providers.sending import received
from tests.providers.uploading import UPLOADS, drawn, upload


@pytest.fixture
def account(provider: Provider) -> Account:
    provider.key = "k-12345678"
    return Account(base_url=provider.url("runapi"), key=provider.key)


@pytest.fixture
def storage(provider: Provider) -> Files:
    found = provider.flavours["runapi"]
    assert isinstance(found, RunAPI)
    return found.files


@pytest.mark.parametrize(("kind", "name"), [("png", "png"), ("jpeg", "jpg"), ("webp", "webp")])
def test_a_file_goes_in_one_form(
    provider: Provider, storage: Files, account: Account, tmp_path: Path, kind: str, name: str
) -> None:
    reference = drawn(tmp_path, 1, kind)
    url, [call] = upload(provider, account, reference)
    assert (call.method, call.url) == ("POST", f"{provider.url('runapi')}/api/v1/files")
    file, named = received(call).parts
    assert (file.name, file.filename, file.media_type) == ("file", f"reference.{name}", f"image/{kind}")
    assert file.content == reference.path.read_bytes()
    assert (named.name, named.content) == ("file_name", f"reference.{name}".encode())
    assert isinstance(url, str)
    assert provider.files[url.rpartition("/")[2]][0] == file.content
    assert (storage.uploads, provider.billed) == (1, {})
    assert UPLOADS.upload(reference, account) == call


@pytest.mark.parametrize("status", [400, 404, 405, 415, 422])
def test_where_no_form_is_taken_the_file_goes_in_three_steps(
    provider: Provider, storage: Files, account: Account, tmp_path: Path, status: int
) -> None:
    storage.answers.append(storage_says(status))
    reference = drawn(tmp_path, 1)
    content = reference.path.read_bytes()

    url, calls = upload(provider, account, reference)

    _form, prepare, put, confirm = calls
    md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    assert prepare.url == f"{provider.url('runapi')}/api/v1/files/prepare"
    assert prepare.json == {
        "filename": "reference.png",
        "byte_size": len(content),
        "checksum": md5,
        "content_type": "image/png",
    }
    assert (put.method, put.headers) == ("PUT", {"Content-MD5": md5})  # and above all no key
    assert put.file == FileBody(path=reference.path, media_type="image/png")
    assert received(put).body == content
    assert (confirm.method, confirm.json) == ("POST", {"signed_id": put.memo})
    assert {each.headers["Authorization"] for each in (prepare, confirm)} == {"Bearer k-12345678"}
    assert isinstance(url, str)
    assert provider.files[url.rpartition("/")[2]][0] == content
    assert (storage.uploads, provider.billed) == (1, {})


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_where_neither_is_known_the_file_goes_within_the_json(
    provider: Provider, storage: Files, account: Account, tmp_path: Path, kind: str
) -> None:
    storage.forms = storage.steps = False
    reference = drawn(tmp_path, 1, kind)
    url, calls = upload(provider, account, reference)
    assert [call.url.partition("/files")[2] for call in calls] == ["", "/prepare", ""]
    assert received(calls[-1]).json["source"].keys() == {"type", "data"}
    assert isinstance(url, str)
    assert provider.files[url.rpartition("/")[2]][0] == reference.path.read_bytes()
    assert (storage.uploads, provider.billed) == (1, {})


def storage_says(status: int, body: Any = None, **headers: str) -> Any:
    return Behaviour(status=status, body=body or {"error": "Why not."}, headers=headers)


@pytest.mark.parametrize(
    ("status", "code", "again", "pauses"),
    [
        (401, failures.BAD_KEY, False, True),
        (402, failures.NO_CREDIT, False, True),
        (403, failures.FORBIDDEN, False, True),
        (413, failures.REQUEST_TOO_LARGE, False, False),
        (422, failures.NOT_UPLOADED, False, False),
        (408, failures.NOT_UPLOADED, True, False),
        (429, failures.RATE_LIMITED, True, False),
        (500, failures.NOT_UPLOADED, True, False),
        (503, failures.NOT_UPLOADED, True, False),
    ],
)
@pytest.mark.parametrize("steps", [0, 1])
def test_every_refused_upload_has_its_meaning_and_none_was_billed(
    provider: Provider,
    storage: Files,
    account: Account,
    tmp_path: Path,
    steps: int,
    status: int,
    code: str,
    again: bool,
    pauses: bool,
) -> None:
    ways = steps + 1 if status != 422 else 3  # which may be about the way that the file came
    says = storage_says(status, **{"retry-after": "3"})
    storage.answers += [storage_says(404)] * steps + [says] * (ways - steps)
    outcome, calls = upload(provider, account, drawn(tmp_path, 1))
    assert outcome == Failure(code=code, words="Why not.", not_accepted=again, retry_after=3, pauses=pauses)
    assert len(calls) == ways


def test_no_route_at_all_ends_after_three_questions(
    provider: Provider, storage: Files, account: Account, tmp_path: Path
) -> None:
    storage.answers += [storage_says(404)] * 3
    outcome, calls = upload(provider, account, drawn(tmp_path, 1))
    assert (outcome, len(calls)) == (Failure(code=failures.NOT_UPLOADED, words="Why not."), 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_the_storage_says_is_not_about_the_key(account: Account, tmp_path: Path, status: int) -> None:
    reference = drawn(tmp_path, 1)
    put = Call(method="PUT", url="https://x.example", file=FileBody(path=reference.path, media_type="image/png"))
    reply = Reply(status=status, headers={}, text="<?xml version='1.0'?><Error/>")
    outcome = UPLOADS.read_upload(reply, put, reference, account)
    assert outcome == Failure(code=failures.NOT_UPLOADED, not_accepted=status >= 500)


PREPARED: dict[str, Any] = {"signed_id": "s", "upload_url": "https://x.example/put?a=b", "headers": {}}
JUNK: tuple[Any, ...] = (
    None,
    [],
    "x",
    5,
    {},
    {"url": 5},
    {"url": ""},
    {"url": "ftp://x"},
    {"url": "https://" + "x" * 2000},
)


@pytest.mark.parametrize(
    "body",
    [
        *JUNK,
        PREPARED | {"signed_id": ""},
        PREPARED | {"signed_id": 5},
        PREPARED | {"upload_url": "file:///etc/passwd"},
        PREPARED | {"upload_url": "https://x.example/a b"},
    ],
)
def test_an_upload_that_leads_nowhere_has_failed(account: Account, tmp_path: Path, body: Any) -> None:
    reference = drawn(tmp_path, 1)
    form = UPLOADS.upload(reference, account)
    prepare = UPLOADS.read_upload(Reply(status=404, headers={}), form, reference, account)
    assert isinstance(prepare, Call)
    for call in (form, prepare):
        outcome = UPLOADS.read_upload(Reply(status=200, headers={}, body=body), call, reference, account)
        assert isinstance(outcome, Failure)
        assert (outcome.code, outcome.not_accepted) == (failures.NOT_UPLOADED, False)


@pytest.mark.parametrize(
    "headers", [None, "x", [], dict(zip(map(str, range(21)), itertools.repeat("x"), strict=False))]
)
def test_headers_that_are_none_are_not_repeated(account: Account, tmp_path: Path, headers: Any) -> None:
    assert put_of(account, tmp_path, headers).headers == {}


def test_only_what_belongs_to_the_storage_is_repeated(account: Account, tmp_path: Path) -> None:
    headers = {
        "Content-MD5": "abc==", "x-amz-meta": "1", "Host": "evil.example", "content-length": "1", "Authorization": "x",
        "Transfer-Encoding": "chunked", "Cookie": "x", "": "x", "a": 5, "b": "x\r\ny: z", "ü": "x",
        "Content-Type": "image/x",
    }  # fmt: skip
    put = put_of(account, tmp_path, headers)
    assert put.headers == {"Content-MD5": "abc==", "x-amz-meta": "1"}
    assert put.file is not None
    assert put.file.media_type == "image/x"  # as it was signed


def put_of(account: Account, tmp_path: Path, headers: Any) -> Call:
    reference = drawn(tmp_path, 1)
    prepare = Call(method="POST", url="https://x.example", json={"filename": "x"})
    reply = Reply(status=200, headers={}, body=PREPARED | {"headers": headers})
    put = UPLOADS.read_upload(reply, prepare, reference, account)
    assert isinstance(put, Call)
    return put


def test_a_file_that_is_gone_is_said_to_be_missing(account: Account, tmp_path: Path) -> None:
    reference = drawn(tmp_path, 1)
    form = UPLOADS.upload(reference, account)
    reference.path.unlink()
    outcome = UPLOADS.read_upload(Reply(status=415, headers={}), form, reference, account)
    assert outcome == Failure(code=failures.REFERENCE_MISSING)
