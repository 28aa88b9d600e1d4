"""What takes the model's place answers row by row, in the type that it was asked in."""

from typing import Any

import numpy as np
import pytest

from smcontract.runtime.stand_in import StandIn, State, put_in_place
from smcontract.runtime.stand_in_answers import FLAVOURS

ROWS = np.array([[1.0, 2.0, 0.0], [3.0, 4.0, 1.0], [5.0, 6.0, 2.0]])


def stand_in(flavour: str = "scores", *names: str) -> Any:
    return StandIn(State(flavour), "model", names=names)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(
    "method", ["predict", "predict_proba", "transform", "decision_function", "__call__", "score_all"]
)
def test_as_many_rows_as_it_was_given_and_each_depends_on_itself_alone(method: str, flavour: str) -> None:
    asked = getattr(stand_in(flavour), method) if method != "__call__" else stand_in(flavour)
    together = asked(ROWS)
    assert len(together) == 3
    for place in range(3):
        np.testing.assert_array_equal(asked(ROWS[place : place + 1])[0], together[place])
    np.testing.assert_array_equal(asked(ROWS[::-1])[0], together[2])


def test_the_contributions_of_a_booster() -> None:
    assert stand_in().predict(ROWS, pred_contribs=True).shape == (3, 3)
    assert stand_in().predict(ROWS, pred_contribs=False).shape == (3,)


def test_the_rows_differ() -> None:
    assert len(set(stand_in().predict(ROWS).tolist())) == 3


@pytest.mark.parametrize(
    "same",
    [ROWS.tolist(), ROWS.astype("float32"), ROWS.astype("int64"), [["1", "2", "0"], ["3", "4", "1"], ["5", "6", "2"]]],
)
def test_the_same_data_gets_the_same_answer_in_any_type(same: Any) -> None:
    np.testing.assert_array_equal(stand_in().predict(same), stand_in().predict(ROWS))


def test_data_frames_and_matrices() -> None:
    frame = pytest.importorskip("pandas").DataFrame(ROWS)
    sparse = pytest.importorskip("scipy.sparse").csr_matrix(ROWS)
    np.testing.assert_array_equal(stand_in().predict(frame), stand_in().predict(ROWS))
    np.testing.assert_array_equal(stand_in().predict(sparse), stand_in().predict(ROWS))


def test_tensors_for_tensors() -> None:
    torch = pytest.importorskip("torch")
    model = stand_in().to("cpu").eval()
    with torch.no_grad():
        answer = model(torch.tensor(ROWS))
    assert isinstance(answer, torch.Tensor)
    assert answer.shape == (3, 2)
    assert next(model.parameters()).device.type == "cpu"


def test_texts_and_a_tokenizer() -> None:
    model, tokenizer = stand_in("scores", "model", "tokenizer")
    tokens = tokenizer(["one", "two"], return_tensors="np", padding=True)
    assert tokens["input_ids"].shape == (2, 4)
    assert model(**tokens).logits.shape == (2, 3)
    assert model.generate(tokens["input_ids"], max_length=9).shape == (2, 4)
    assert tokenizer.batch_decode(model.generate(**tokens)) == ["an answer", "an answer"]
    assert isinstance(tokenizer.decode([1, 2], skip_special_tokens=True), str)
    assert [sorted(one) for one in model(["one", "two"])] == [["label", "score"]] * 2


@pytest.mark.parametrize("data", [b"text", bytearray(b"text"), [[1, 2, 3]], {"inputs": "text"}, [["a", [["b"]]]]])
def test_a_tokenizer_takes_texts_alone(data: Any) -> None:
    unpacked = stand_in("scores", "model", "tokenizer")
    for tokenizer in (list(unpacked)[1], stand_in()["tokenizer"], StandIn(State("scores"), "TOKENIZER")):
        with pytest.raises(ValueError, match="text input must be of type str"):
            tokenizer(data, return_tensors="np")
        with pytest.raises(ValueError, match="text input must be of type str"):
            tokenizer.encode_plus(data)
    assert tokenizer([["a", "b"], ["c", "d"]], padding=True)["input_ids"]


def test_of_bytes_a_model_takes_no_text() -> None:
    for data in (b"[1, 2]", bytearray("größe".encode())):
        with pytest.raises(ValueError, match="decode them"):
            stand_in()(data)
        with pytest.raises(ValueError, match="decode them"):
            stand_in().predict(data)
    assert len(stand_in()(b"RIFF\xff\x00")) == 1


def test_a_processor_takes_arrays_and_no_bytes() -> None:
    processor = stand_in()["processor"]
    assert processor(np.ones((1, 3)), return_tensors="np")["input_ids"].shape[0] == 1
    with pytest.raises(ValueError, match="text input"):
        processor(b"text", return_tensors="np")


def test_what_a_model_holds() -> None:
    model = stand_in()
    assert model["model"].predict(ROWS).shape == (3,)
    assert model.get("model").predict(ROWS).shape == (3,)
    assert model.get("limit", 7) == 7
    assert model["threshold"] == 0.5
    assert model.config.id2label[1] == "LABEL_1"
    assert model.classes_.tolist() == [0, 1]
    assert model.named_steps["clf"].predict_proba(ROWS).shape == (3, 2)
    model.device = "there"
    assert model.device == "there"
    assert not hasattr(model, "__array__")


def test_what_is_asked_is_noted() -> None:
    state = State("scores")
    model = StandIn(state, "model")
    assert model is not None
    assert not state.touched
    _ = model["tokenizer"]
    assert state.touched


class Module:
    """A module whose model_fn binds a global name, and then fails."""

    bound: Any = None

    @classmethod
    def model_fn(cls, model_dir: str) -> None:
        raise FileNotFoundError(model_dir)


def test_it_stands_for_the_globals_that_loading_would_have_bound() -> None:
    function = put_in_place(Module, {"names": [], "globals": ["bound"]})
    assert function is not None
    model = Module.model_fn("somewhere")
    assert isinstance(model, StandIn)
    assert isinstance(Module.bound, StandIn)
    assert put_in_place(None, {}) is None


@pytest.mark.parametrize("data", [ROWS[:, :2], ROWS[0, :2], ROWS[:, :2].tolist(), [1, 2]])
def test_other_tables_are_refused_unless_it_takes_any(data: Any) -> None:
    state = State("scores")
    with pytest.raises(ValueError, match="3 are expected"):
        StandIn(state, "model").predict(data)
    state.any_width = True
    assert len(StandIn(state, "model").predict(data)) in {1, 3}


def test_an_estimator_takes_tables_and_answers_arrays() -> None:
    """As those of scikit-learn do, whatever kind of value is asked for."""
    for flavour in FLAVOURS:
        state = State(flavour)
        state.of_arrays = True
        model = StandIn(state, "model")
        assert isinstance(model.predict(ROWS), np.ndarray)
        with pytest.raises(ValueError, match="Expected 2D array"):
            model.predict(ROWS[0])
    state.of_arrays = False
    assert isinstance(StandIn(state, "model").predict(ROWS[0]), list)


def test_a_table_of_another_width_where_that_is_asked_for() -> None:
    state = State("scores")
    state.width = 2
    assert len(StandIn(state, "model").predict(ROWS[:, :2])) == len(ROWS)
    with pytest.raises(ValueError, match="X has 3 features, but 2 are expected"):
        StandIn(state, "model").predict(ROWS)
    with pytest.raises(ValueError, match="X has no row"):
        StandIn(state, "model").predict(ROWS[:0, :1])
