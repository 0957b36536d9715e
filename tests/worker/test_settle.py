"""When a refused call is made again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.providers import failures
from studio.worker import settle
from studio.worker.pace import Pace

PACE = Pace()


@given(tries=st.integers(0, 50), asked=st.none() | st.floats(allow_nan=True, allow_infinity=True))
def test_the_wait_is_always_a_sane_number_of_seconds(tries: int, asked: float | None) -> None:
    assert 0 <= settle.delay(tries, asked, PACE) <= PACE.retry_after_most


@given(tries=st.integers(0, 50))
def test_without_a_wish_of_the_provider_the_roof_grows_and_is_limited(tries: int) -> None:
    assert PACE.wait_least <= settle.delay(tries, None, PACE) <= min(PACE.wait_most, 2.0 ** (tries + 1))


def test_a_server_that_is_not_there_is_given_up_within_half_a_minute() -> None:
    waits = [settle.delay(tries, None, PACE, code=failures.UNREACHABLE) for tries in range(PACE.tries)]
    assert sum(waits) <= 30


@given(asked=st.floats(0, 900))
def test_a_providers_wish_is_honoured(asked: float) -> None:
    assert settle.delay(0, asked, PACE) == asked
