"""What the user's command gets wrong."""

import pytest

import smcontract
from smcontract.errors import ContractWarning, UsageError, nearest


@pytest.mark.parametrize(
    ("word", "valid", "expected"),
    [
        ("text/cvs", ["text/csv", "text/plain"], "; did you mean 'text/csv'?"),
        ("SMC31", ("SMC301", "SMC999"), "; did you mean 'SMC301'?"),
        ("pytroch", {"pytorch": 1, "sklearn": 2}, "; did you mean 'pytorch'?"),
        ("xyz", ["text/csv"], ""),
        ("", ["text/csv"], ""),
        ("text/csv", [], ""),
    ],
)
def test_the_nearest_valid_word_is_suggested(word: str, valid: object, expected: str) -> None:
    assert isinstance(valid, (list, tuple, dict))
    assert nearest(word, valid) == expected


def test_both_are_public() -> None:
    assert smcontract.UsageError is UsageError
    assert smcontract.ContractWarning is ContractWarning


def test_a_warning_filter_can_name_the_warning_by_its_public_place() -> None:
    assert f"{ContractWarning.__module__}.{ContractWarning.__qualname__}" == "smcontract.ContractWarning"
    assert issubclass(ContractWarning, UserWarning)


def test_a_usage_error_is_no_warning_and_no_violation() -> None:
    assert issubclass(UsageError, Exception)
    assert not issubclass(UsageError, (Warning, ValueError))
