"""What real models tell of the data that they take."""

import io
from typing import Any

import numpy as np
import pytest

from smcontract.runtime.facts import facts_of
from smcontract.runtime.features import features_of


def test_a_model_that_tells_nothing_adds_no_key() -> None:
    assert features_of(5) == {}
    assert features_of(None) == {}
    assert features_of({"a": 1, "b": "text"}) == {}


class Hostile:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


def test_a_hostile_model_tells_nothing() -> None:
    assert features_of(Hostile()) == {}
    assert features_of([Hostile()]) == {}


@pytest.fixture(scope="module")
def frame() -> Any:
    pandas = pytest.importorskip("pandas", reason="named columns need pandas")
    pytest.importorskip("sklearn", reason="needs scikit-learn")
    return pandas.DataFrame(
        {"age": [31, 47, 52, 28], "city": ["Oslo", "Rome", "Oslo", "Rome"], "note": ["a b", "b c", "c", "a"]}
    )


def test_a_pipeline_names_its_columns_and_their_categories(frame: Any) -> None:
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    categories = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
    parts = [
        ("numbers", StandardScaler(), ["age"]),
        ("categories", categories, ["city"]),
        ("words", CountVectorizer(token_pattern=r"\w"), "note"),
    ]
    model = make_pipeline(ColumnTransformer(parts), LogisticRegression()).fit(frame, [0, 1, 0, 1])
    facts = facts_of(model)
    assert facts["n_features"] == 3
    assert facts["columns"] == [
        {"name": "age", "values": None},
        {"name": "city", "values": ["Oslo", "Rome"]},
        {"name": "note", "values": ["a b c", "a", "b", "c"]},
    ]


def test_columns_that_are_chosen_by_place(frame: Any) -> None:
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OrdinalEncoder

    model = ColumnTransformer([("c", OrdinalEncoder(), [1])], remainder="passthrough").fit(frame[["age", "city"]])
    assert features_of(model)["columns"] == [
        {"name": "age", "values": None},
        {"name": "city", "values": ["Oslo", "Rome"]},
    ]


def test_a_model_of_text_knows_words() -> None:
    pytest.importorskip("sklearn", reason="needs scikit-learn")
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectors = TfidfVectorizer()
    model = make_pipeline(vectors, LogisticRegression()).fit(["good day", "bad day"], [0, 1])
    assert facts_of(model)["words"] == ["bad", "day", "good"]
    assert facts_of((vectors, model))["words"] == ["bad", "day", "good"]
    assert features_of(make_pipeline(HashingVectorizer()))["words"]


def test_a_model_within_what_model_fn_returned(frame: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(frame[["age"]], [0, 1, 0, 1])
    facts = facts_of({"name": "a model", "model": model})
    assert (facts["n_features"], facts["inner_features"]) == (None, 1)
    assert facts["columns"] == [{"name": "age", "values": None}]


def test_what_boosters_tell() -> None:
    xgboost = pytest.importorskip("xgboost", reason="needs xgboost")
    data = np.zeros((3, 2))
    named = xgboost.train({}, xgboost.DMatrix(data, label=[0, 1, 0], feature_names=["age", "pay"]), 1)
    facts = facts_of(named)
    assert facts["n_features"] == 2
    assert [column["name"] for column in facts["columns"]] == ["age", "pay"]
    assert "columns" not in facts_of(xgboost.train({}, xgboost.DMatrix(data, label=[0, 1, 0]), 1))


def test_what_a_first_layer_tells() -> None:
    torch = pytest.importorskip("torch", reason="needs torch")
    nn = torch.nn
    assert features_of(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(4, 1)))["layer"] == {"kind": "Conv2d", "size": 3}
    assert features_of(nn.Conv2d(4, 4, 3, groups=2))["layer"] == {"kind": "Conv2d", "size": 4}
    assert features_of(nn.Sequential(nn.Embedding(50, 4)))["layer"] == {"kind": "Embedding", "size": 50}
    assert features_of({"net": nn.LSTM(5, 4)})["layer"] == {"kind": "LSTM", "size": 5}
    assert "layer" not in features_of(nn.Sequential(nn.Linear(7, 1), nn.Conv2d(3, 4, 3)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_a_torchscript_module_tells() -> None:
    torch = pytest.importorskip("torch", reason="needs torch")
    traced = torch.jit.trace(torch.nn.Sequential(torch.nn.Linear(6, 2)).eval(), torch.zeros(1, 6))
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer)
    buffer.seek(0)
    facts = facts_of(torch.jit.load(buffer))
    assert facts["n_features"] == 6
    assert facts["arguments"] == [["input", "Tensor"]]
