"""Every code that a floor can pass has a sentence and a next step, and every adapter keeps the contract."""

from __future__ import annotations

import pytest

from studio import providers
from studio.egress import errors
from studio.providers import catalogue, failures
from studio.providers.values import Account, Drawing, ImageRequest, RemoteJob, Reply


def codes() -> list[str]:
    return [
        value for name, value in vars(failures).items() if name.isupper() and isinstance(value, str) and name[0] != "_"
    ]


@pytest.mark.parametrize("code", codes())
def test_every_code_has_a_sentence_and_a_step(code: str) -> None:
    assert code in failures.EXPLANATIONS
    assert len(code) <= 40  # as the row keeps it
    for text in (failures.explain(code).sentence, failures.explain(code).step):
        assert text.endswith(".")
        assert text[0].isupper()


def test_a_code_from_another_day_is_explained_all_the_same() -> None:
    assert failures.explain("no such code") == failures.explain(failures.UNEXPECTED)


def test_every_fault_on_the_way_out_has_an_explained_code() -> None:
    for each in (errors.NotSent, errors.BlockedCall, errors.Ambiguous, errors.DeadlinePassed, errors.TooLarge):
        assert each().code in failures.EXPLANATIONS
        assert str(each()) == failures.explain(each().code).sentence


@pytest.mark.parametrize("provider_id", list(catalogue.providers()))
def test_the_same_request_gives_the_same_call(provider_id: str) -> None:
    adapter = providers.adapter(provider_id)
    model = next(iter(catalogue.provider(provider_id).models))
    request = ImageRequest(model=model, prompt="コーヒー", size="1024x1024", width=1024, height=1024)
    account = Account(base_url="https://a.example/v1", key="secret-canary")
    first, second = (adapter.submit(request, account, key="k") for _ in range(2))
    assert first == second
    assert "secret-canary" not in repr((first, account))


def test_the_proof_is_drawn_and_has_nothing_to_prove() -> None:
    proof, account = providers.adapter("proof"), Account(base_url="")
    request = ImageRequest(model="proof", prompt="x", size="1024x1024")
    assert proof.submit(request, account, key="k") == Drawing(request=request)
    assert proof.test(account) is None
    assert proof.read_test(Reply(status=200, headers={})).passed
    assert proof.cancel(RemoteJob(id="x"), account) is None


def test_nobody_is_sent_to_look_for_a_charge_that_never_was() -> None:
    for code in failures.EXPLANATIONS:
        assert "Check your account" not in failures.explain(code, free=True).step
    assert "Check your account" in failures.explain(failures.UNEXPECTED).step
