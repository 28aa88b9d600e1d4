from typing import Any

import numpy as np
import pytest

from smcontract.runtime import export as exporting
from smcontract.runtime.describe import describe
from smcontract.runtime.export import export, guarded_repr
from smcontract.runtime.facts import facts_of


class Hostile:
    """Raises whatever is asked of it, exits included."""

    def __repr__(self) -> str:
        raise SystemExit

    def __len__(self) -> None:
        raise ValueError

    def __getattr__(self, name: Any) -> None:
        raise KeyError(name)


class Row(dict[str, int]):
    pass


def restored(value: Any) -> Any:
    blobs: list[bytes] = []
    found = export(value, blobs)
    assert found["kind"] == "array"
    return np.frombuffer(blobs[found["blob"]], np.dtype(found["dtype"])).reshape(found["shape"]), found


@pytest.mark.parametrize(
    "array",
    [
        np.array([[1.5, 2]], "f4"),
        np.array(5),
        np.zeros((0, 3)),
        np.array([True, False]),
        np.array(["a", "bcd"]),
        np.array([1j]),
        np.asfortranarray([[1, 2], [3, 4]]),
        np.array([1, 2], ">i2"),
        np.arange(6).reshape(2, 3)[:, ::2],
        np.array(["2020-01-01"], "M8[D]"),
        np.float32(0.5),
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_arrays_travel_bit_by_bit(array: Any) -> None:
    back, found = restored(array)
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()
    assert found["of"].startswith("numpy.")


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        ([1, 2.5, "x", None, True], [1, 2.5, "x", None, True]),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        ({1: "x"}, {"1": "x"}),
        (Row(a=1), {"a": 1}),
        ([np.float32(0.5), np.array([1, 2])], [0.5, [1, 2]]),
        (np.array([None, "x"], dtype=object), [None, "x"]),
        (np.array([(1, 2.0)], "i4,f4"), [[1, 2.0]]),
        (10**30, 10**30),
        ("\ud800", "?"),
    ],
    ids=ascii,
)
def test_plain_values(value: Any, plain: Any) -> None:
    assert export(value, []) == {"kind": "plain", "value": plain}


@pytest.mark.parametrize("value", [b"x", bytearray(b"x"), memoryview(b"x")], ids=lambda v: type(v).__name__)
def test_bytes(value: Any) -> None:
    blobs = [b"first"]
    assert export(value, blobs) == {"kind": "bytes", "blob": 1}
    assert blobs[1] == b"x"


def deep(levels: Any) -> Any:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def endless() -> Any:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, {(1, 2): 3}, deep(200), endless(), (n for n in range(3)), Hostile(), [Hostile()]],
    ids=["object", "set", "tuple key", "deep", "circular", "generator", "hostile", "hostile inside"],
)
def test_the_rest_is_opaque(value: Any) -> None:
    found = export(value, [])
    assert found["kind"] == "opaque"
    assert len(found["repr"]) <= 200


def test_a_generator_is_not_used_up() -> None:
    numbers = (n for n in range(3))
    export(numbers, [])
    assert list(numbers) == [0, 1, 2]


def test_too_many_elements_are_opaque(monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "MAX_ELEMENTS", 10)
    assert export(np.zeros(11), [])["kind"] == "opaque"
    assert export([0] * 11, [])["kind"] == "opaque"
    assert export(np.zeros(10), [])["kind"] == "array"


def test_a_repr_that_fails_is_replaced() -> None:
    assert "whose repr() fails" in guarded_repr(Hostile())
    assert len(guarded_repr("x" * 1000)) == 200


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ("builtins.NoneType", True, None, None, None)),
        ([1, 2], ("builtins.list", False, 2, None, None)),
        ("ab", ("builtins.str", False, 2, None, None)),
        (1.5, ("builtins.float", False, None, None, None)),
        (np.zeros((2, 3), "f4"), ("numpy.ndarray", False, 2, "float32", [2, 3])),
        (np.array(1), ("numpy.ndarray", False, None, "int64", [])),
    ],
    ids=ascii,
)
def test_descriptions(value: Any, expected: Any) -> None:
    found = describe(value)
    assert tuple(found[key] for key in ("type", "none", "length", "dtype", "shape")) == expected


def test_a_hostile_value_is_described_by_its_type() -> None:
    found = describe(Hostile())
    assert found == {**found, "none": False, "length": None, "dtype": None, "shape": None}
    assert found["type"].endswith("Hostile")
    assert facts_of(Hostile())["n_features"] is None


def test_tensors_travel_as_arrays() -> None:
    torch = pytest.importorskip("torch", reason="tensors need torch")
    tensor = torch.tensor([[1.5]], requires_grad=True)
    back, found = restored(tensor)
    assert (back.tolist(), back.dtype, found["of"]) == ([[1.5]], np.float32, "torch.Tensor")
    assert restored(torch.tensor([1.5], dtype=torch.bfloat16))[0].tolist() == [1.5]
    assert restored(torch.eye(2).to_sparse())[0].tolist() == [[1, 0], [0, 1]]
    assert describe(tensor)["dtype"] == "torch.float32"
    assert export([tensor], []) == {"kind": "plain", "value": [[[1.5]]], "graph": True}
    assert export([tensor.detach()], []) == {"kind": "plain", "value": [[[1.5]]]}


def test_sparse_matrices_travel_dense() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse", reason="sparse matrices need scipy")
    assert restored(scipy_sparse.csr_matrix([[1, 0]]))[0].tolist() == [[1, 0]]


def test_facts_of_a_torch_model() -> None:
    torch = pytest.importorskip("torch", reason="torch models need torch")
    normed = torch.nn.Sequential(torch.nn.BatchNorm1d(9), torch.nn.Linear(9, 1))
    assert facts_of(normed)["n_features"] == 9
    assert facts_of(torch.nn.Sequential(torch.nn.LayerNorm(5), torch.nn.Linear(5, 1)))["n_features"] == 5
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(7, 1))
    assert facts_of(model.eval()) == {
        "type": "torch.nn.modules.container.Sequential",
        "n_features": 7,
        "callable": True,
        "has_predict": False,
        "training": False,
    }
    assert facts_of(torch.nn.Conv1d(3, 1, 1))["n_features"] is None


def test_facts_of_a_scikit_learn_model() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model", reason="needs scikit-learn")
    model = linear_model.LinearRegression().fit([[1, 2], [3, 4]], [1, 2])
    facts = facts_of(model)
    assert (facts["n_features"], facts["has_predict"], facts["callable"]) == (2, True, False)
    assert facts_of(linear_model.LinearRegression())["n_features"] is None
