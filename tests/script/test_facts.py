"""The values that facts are told in."""

from __future__ import annotations

import dataclasses

import pytest

from smcontract.script import HANDLERS, HOOKS, Ignore, Parameters


def _parameters(names: str, *, required: int, varargs: bool = False, keyword_only: tuple[str, ...] = ()) -> Parameters:
    split = tuple(names.split())
    return Parameters(
        names=split,
        required=required,
        optional=len(split) - required,
        has_varargs=varargs,
        has_kwargs=False,
        keyword_only_required=keyword_only,
        count=len(split) + varargs + len(keyword_only),
    )


@pytest.mark.parametrize(
    ("parameters", "bound"),
    [
        pytest.param(_parameters("", required=0), [0], id="none"),
        pytest.param(_parameters("a b", required=2), [2], id="two"),
        pytest.param(_parameters("a b", required=1), [1, 2], id="one-optional"),
        pytest.param(_parameters("a", required=1, varargs=True), [1, 2, 3, 4], id="varargs"),
        pytest.param(_parameters("a b", required=2, keyword_only=("c",)), [], id="keyword-only"),
    ],
)
def test_how_many_arguments_can_be_bound(parameters: Parameters, bound: list[int]) -> None:
    assert [n for n in range(5) if parameters.binds(n)] == bound


def test_an_ignore_covers_its_lines_and_codes() -> None:
    ignore = Ignore(line=4, codes=("SMC109",), first=4, last=6)

    assert [n for n in range(1, 9) if ignore.covers("SMC109", n)] == [4, 5, 6]
    assert not ignore.covers("SMC301", 4)
    assert not ignore.covers("SMC109", None)


def test_facts_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ignore(line=4, codes=(), first=4, last=6).line = 5  # type: ignore[misc]


def test_the_names_that_are_looked_up() -> None:
    assert HANDLERS == ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn")
    assert HOOKS == ("pre_model_fn", "model_warmup_fn")
