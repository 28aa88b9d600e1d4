from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import pytest

from smcontract.reporting._plain import Plain, from_plain, to_plain


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Plain):
    body: bytes
    size: Size = Size.SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree(Plain):
    leaves: tuple[Leaf, ...]
    named: Mapping[str, Leaf]
    best: Leaf | None
    by: Literal["hand", "machine"]
    height: float
    rings: int | None = None
    alive: bool = True


TREE = Tree(
    leaves=(Leaf(body=b"\x00\xff"), Leaf(body=b"", size=Size.LARGE)),
    named={"a": Leaf(body=b"a")},
    best=None,
    by="hand",
    height=2.5,
    rings=7,
)


def test_a_value_comes_back_through_json() -> None:
    assert Tree.from_dict(json.loads(json.dumps(TREE.to_dict()))) == TREE


def test_plain_data_holds_builtin_types_only() -> None:
    plain = TREE.to_dict()
    assert plain["leaves"] == [{"body": "AP8=", "size": "small"}, {"body": "", "size": "large"}]
    assert type(plain["leaves"][0]["size"]) is str


def test_keys_stand_in_the_order_of_the_fields() -> None:
    assert list(TREE.to_dict()) == ["leaves", "named", "best", "by", "height", "rings", "alive"]


def test_an_integer_serves_as_a_float() -> None:
    height = from_plain(float, 3)
    assert type(height) is float
    assert height == 3.0


def test_lone_surrogates_become_escapes() -> None:
    assert to_plain("a\udc80b") == "a\\udc80b"
    assert to_plain("a\udc80b").encode("utf-8") == b"a\\udc80b"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param(int, "1", id="text-for-int"),
        pytest.param(int, True, id="bool-for-int"),
        pytest.param(bool, 1, id="int-for-bool"),
        pytest.param(str, None, id="none-for-text"),
        pytest.param(bytes, "*", id="not-base64"),
        pytest.param(bytes, 3, id="int-for-bytes"),
        pytest.param(Size, "huge", id="not-in-enumeration"),
        pytest.param(Literal["hand"], "foot", id="not-the-literal"),
        pytest.param(tuple[int, ...], {"a": 1}, id="object-for-list"),
        pytest.param(Mapping[str, int], [1], id="list-for-object"),
        pytest.param(Leaf, [1], id="list-for-dataclass"),
        pytest.param(Leaf | None, "x", id="text-for-optional-dataclass"),
    ],
)
def test_wrong_data_is_a_value_error(kind: Any, data: Any) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        from_plain(kind, data)
    assert type(caught.value).__name__ in {"ValueError", "Error"}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        pytest.param({"body": ""}, "size", id="missing"),
        pytest.param({"body": "", "size": "small", "colour": "red"}, "colour", id="unknown"),
    ],
)
def test_wrong_keys_are_named(data: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"Leaf: missing or unknown keys: {named}"):
        Leaf.from_dict(data)
