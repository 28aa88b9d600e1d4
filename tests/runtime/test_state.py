"""Digests of a model's parameters, and tensors that hold on to a graph."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from smcontract.runtime.graphs import count_graphs, keeps_graph
from smcontract.runtime.state import state_of


class Estimator:
    def __init__(self, **fitted: Any) -> None:
        self.alpha = np.ones(1)
        vars(self).update(fitted)

    def get_params(self) -> dict[str, Any]:
        return {}

    def fit(self) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    "model", [None, 3, "text", {"a": 1, "b": "x"}, [1, 2], object(), SimpleNamespace(w=np.ones(2))]
)
def test_what_holds_no_parameters(model: object) -> None:
    assert state_of(model) == {}


def test_arrays_are_named_by_their_place() -> None:
    found = state_of({"w": np.ones(3), "layers": [np.zeros(2), {"b": np.float64(1)}]})
    assert list(found) == ["w", "layers.0", "layers.1.b"]
    assert found["w"].endswith(" float64 (3,)")
    assert list(state_of(np.ones(2))) == ["model"]


def test_a_change_in_place_is_told_and_nothing_else() -> None:
    model = {"w": np.ones(3), "v": np.ones(3)}
    before = state_of(model)
    assert state_of(model) == before
    model["w"][1] = 5
    after = state_of(model)
    assert after["v"] == before["v"]
    assert after["w"] != before["w"]


def test_what_was_fitted_ends_in_an_underscore() -> None:
    assert list(state_of(Estimator(coef_=np.ones(2), _cache=np.ones(2), n_iter_=np.int64(3)))) == ["coef_", "n_iter_"]
    pipeline = Estimator(steps=[("scale", Estimator(mean_=np.ones(1)))])
    assert list(state_of(pipeline)) == ["steps.0.1.mean_"]


def test_a_large_array_is_sampled() -> None:
    array = np.zeros(1 << 22)
    before = state_of(array)
    array += 1
    assert state_of(array) != before


def test_a_model_that_holds_itself_and_one_that_raises() -> None:
    circle: list[Any] = [np.ones(1)]
    circle.append(circle)
    assert list(state_of(circle)) == ["0"]

    class Raises(dict[str, Any]):
        @property
        def modules(self) -> None:
            raise RuntimeError

    assert state_of(Raises(w=np.ones(1))) == {}


def test_arrays_of_objects_are_passed_over() -> None:
    assert state_of(np.array([object()])) == {}


class TestTorch:
    """Parameters and buffers, and graphs."""

    def test_parameters_and_buffers(self) -> None:
        torch = pytest.importorskip("torch")
        net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
        before = state_of({"net": net})
        assert {"net.0.weight", "net.0.bias", "net.1.running_mean", "net.1.num_batches_tracked"} <= set(before)
        net(torch.ones(3, 2))
        after = state_of({"net": net})
        assert after["net.0.weight"] == before["net.0.weight"]
        assert after["net.1.running_mean"] != before["net.1.running_mean"]

    def test_half_precision_has_a_digest_too(self) -> None:
        torch = pytest.importorskip("torch")
        assert state_of([torch.ones(2, dtype=torch.bfloat16)])["0"].endswith("torch.bfloat16 (2,)")

    def test_graphs(self) -> None:
        torch = pytest.importorskip("torch")
        leaf = torch.ones(2, requires_grad=True)
        before = count_graphs()
        kept = [leaf * 2, leaf + 1]
        assert count_graphs() - before == 2
        assert keeps_graph(kept[0])
        assert keeps_graph({"logits": (kept[1],)})
        assert not keeps_graph([tensor.detach() for tensor in kept])
        assert not keeps_graph("text")
