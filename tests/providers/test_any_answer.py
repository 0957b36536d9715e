"""Whatever a provider answers is an outcome, and what it says of money never contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers import adapter, catalogue
from studio.providers.replies import MAX_WORDS
from studio.providers.values import Billed, Failure, ImageRequest, Pictures, RemoteJob, Reply, TestResult

PROVIDERS = [each for each in catalogue.providers() if each != "proof"]
# What any of them reads, so that the documents come near to true ones.
NAMES = """
id request_id status state error error_code error_message message detail code type data b64_json url output urls images
image choices content usage input_tokens output_tokens cost status_code localized_message response billing settlement
charged_amount_cents model_id base_price_usd price_unit balance_cents
"""
WORDS = """
completed succeeded failed error cancelled in_queue processing output moderation_blocked insufficient_quota
USAGE_EXCEEDED server_is_overloaded slow_down shell_api_error req-1 https://a.example/x.png QUJD
data:image/png;base64,QUJD
"""
NUMBERS = st.integers() | st.floats(allow_nan=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.sampled_from(WORDS.split()) | st.text(max_size=20)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=6),
    max_leaves=12,
)
STATUSES = st.sampled_from([200, 201, 202, 302, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504])


@pytest.mark.parametrize("provider_id", PROVIDERS)
@given(status=STATUSES, body=DOCUMENTS)
def test_an_answer_to_the_paid_call_says_one_thing_about_money(provider_id: str, status: int, body: Any) -> None:
    model = next(iter(catalogue.provider(provider_id).models))
    request = ImageRequest(model=model, prompt="A tin", size="1024x1024", width=1024, height=1024)
    outcome = adapter(provider_id).read(Reply(status=status, headers={}, body=body), request)
    if isinstance(outcome, Pictures):
        assert outcome.pictures
        assert outcome.cost is None or outcome.cost > 0
    elif isinstance(outcome, RemoteJob):
        assert outcome.id
    else:
        assert not (outcome.not_accepted and outcome.unclear)
        assert not outcome.not_accepted or outcome.billed is Billed.NO
        assert not outcome.unclear or outcome.billed is Billed.UNKNOWN
        assert len(outcome.words) <= MAX_WORDS


@pytest.mark.parametrize("provider_id", PROVIDERS)
@given(status=STATUSES, body=DOCUMENTS)
def test_an_answer_about_a_job_never_frees_what_it_costs(provider_id: str, status: int, body: Any) -> None:
    found = adapter(provider_id)
    if not found.makes_jobs:
        return
    outcome = found.read_check(Reply(status=status, headers={}, body=body), RemoteJob(id="req-1"))
    assert isinstance(outcome, Pictures | RemoteJob | Failure)
    if isinstance(outcome, Failure):
        assert not outcome.unclear


@pytest.mark.parametrize("provider_id", PROVIDERS)
@given(status=STATUSES, body=DOCUMENTS)
def test_an_answer_to_the_free_test_is_a_result(provider_id: str, status: int, body: Any) -> None:
    result = adapter(provider_id).read_test(Reply(status=status, headers={}, body=body))
    assert isinstance(result, TestResult)
    assert result.passed or result.code
    assert all(price > 0 for price in result.prices.values())
