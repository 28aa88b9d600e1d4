from __future__ import annotations

import pytest

from cli.support import Said
from smcontract.checks import all_checks


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.code)
def test_every_check_has_a_page(said: Said, check: object) -> None:
    code = check.code  # type: ignore[attr-defined]
    status, out, err = said("explain", code)
    assert (status, err) == (0, "")
    assert out.startswith(code)
    for heading in ("What it does", "Why it fails on SageMaker", "Example", "Fix", "Source"):
        assert heading in out


@pytest.mark.parametrize("word", ["smc109", " SMC109 ", "returns-nothing", "SMC109-returns-nothing"])
def test_a_check_is_found_by_code_and_by_name(said: Said, word: str) -> None:
    assert said("explain", word) == said("explain", "SMC109")


@pytest.mark.parametrize(
    ("word", "close"),
    [("SMC190", "SMC109"), ("retruns-nothing", "returns-nothing"), ("smc601-request-fail", "SMC601-request-fails")],
)
def test_an_unknown_one_names_the_nearest(said: Said, word: str, close: str) -> None:
    status, out, err = said("explain", word)
    assert (status, out) == (2, "")
    assert err.startswith(f"smcontract: no check is called {word!r}; did you mean ")
    assert f"'{close}'" in err or close.startswith("SMC1")


def test_nothing_near_is_just_unknown(said: Said) -> None:
    assert said("explain", "zzzzzz") == (
        2,
        "",
        "smcontract: no check is called 'zzzzzz'; `smcontract checks` lists them\n",
    )
