from typing import Any

import pytest

from smcontract.stacks import get_stack

torch = pytest.importorskip("torch", reason="the pytorch stack's defaults need torch")
STACK: Any = get_stack("pytorch")


def saved(path: Any) -> Any:
    torch.jit.trace(torch.nn.Linear(2, 1), torch.zeros(1, 2)).save(str(path))
    return path


def quietly(function: Any, *arguments: Any) -> Any:
    import warnings

    with warnings.catch_warnings():
        # torch announces the end of TorchScript; the container's release does not.
        warnings.simplefilter("ignore")
        return function(*arguments)


def test_model_pt_is_loaded(tmp_path: Any) -> None:
    quietly(saved, tmp_path / "model.pt")
    quietly(saved, tmp_path / "other.pt")
    model = quietly(STACK.default_model_fn, str(tmp_path))
    assert STACK.default_predict_fn(torch.zeros(3, 2), model).shape == (3, 1)


@pytest.mark.parametrize("inside", [True, False], ids=["in the model directory", "elsewhere"])
def test_another_name_is_found_from_the_model_directory_alone(tmp_path: Any, monkeypatch: Any, inside: Any) -> None:
    quietly(saved, tmp_path / "net.pth")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path if inside else elsewhere)
    if inside:
        assert callable(quietly(STACK.default_model_fn, str(tmp_path)))
    else:
        with pytest.raises(ValueError, match="Exactly one"):
            quietly(STACK.default_model_fn, str(tmp_path))


def test_a_state_dict_is_no_torchscript(tmp_path: Any) -> None:
    torch.save(torch.nn.Linear(2, 1).state_dict(), tmp_path / "model.pt")
    with pytest.raises(Exception, match="saved using torchscript") as raised:
        quietly(STACK.default_model_fn, str(tmp_path))
    assert type(raised.value).__name__ == "ModelLoadError"


def test_a_tensor_returned_by_output_fn_is_sent_as_a_pickle() -> None:
    answer = STACK.respond(torch.tensor([1.0]), "application/json")
    assert answer.status == 200
    assert answer.body.startswith(b"PK")


def test_the_client_is_told_the_whole_accept_header() -> None:
    result = STACK.default_output_fn([1], "text/html, application/json")
    assert STACK.respond(result, "text/html, application/json").content_type == "text/html, application/json"


def test_the_default_turns_training_off() -> None:
    model = torch.nn.Dropout(0.5)
    assert torch.equal(STACK.default_predict_fn(torch.ones(8), model), torch.ones(8))
    assert not model.training
