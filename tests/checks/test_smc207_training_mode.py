"""SMC207 on torch models in training mode."""

from pathlib import Path

import pytest

from smcontract.violations import Severity
from support import judge, line_of

pytest.importorskip("torch", reason="the model is one of torch's")

CODE = "SMC207"


def script(layers: str, load: str = "return net", predict: str = "return model(data).tolist()") -> str:
    return f"""
import json
import torch
from torch import nn

def model_fn(model_dir):
    net = nn.Sequential({layers})
    {load}

def input_fn(body, content_type):
    if content_type == "application/json":
        return torch.tensor(json.loads(body), dtype=torch.float32)
    raise ValueError(content_type)

def predict_fn(data, model):
    {predict}

def output_fn(prediction, accept):
    return json.dumps(prediction)
"""


@pytest.mark.parametrize(
    ("layers", "load", "predict"),
    [
        ("nn.Linear(3, 1), nn.Dropout()", "return net.eval()", "return model(data).tolist()"),
        ("nn.Linear(3, 1), nn.Dropout()", "return net", "model.eval()\n    return model(data).tolist()"),
        ("nn.Linear(3, 1), nn.Dropout(p=0.0)", "return net", "return model(data).tolist()"),
        ("nn.Linear(3, 1), nn.ReLU()", "return net", "return model(data).tolist()"),
        ("nn.Linear(3, 1), nn.Dropout()", "return net", "model.train()\n    return model(data).tolist()"),
        (
            "nn.Linear(3, 2), nn.BatchNorm1d(2, track_running_stats=False)",
            "return net",
            "return model(torch.cat([data, data + 1])).tolist()",
        ),
    ],
    ids=["eval", "eval in predict_fn", "p=0", "no such layer", "on purpose", "no statistics"],
)
def test_what_does_not_depend_on_the_mode_passes(tmp_path: Path, layers: str, load: str, predict: str) -> None:
    judged = judge(tmp_path, script(layers, load, predict), CODE, stack="pytorch")
    assert (judged.outcome, judged.violations) == ("passed", ())


@pytest.mark.parametrize(
    ("layers", "load", "predict", "said"),
    [
        ("nn.Linear(3, 1), nn.Dropout()", "return net", "return model(data).tolist()", "Dropout (1)"),
        (
            "nn.Linear(3, 2), nn.BatchNorm1d(2)",
            "net.train()\n    return net",
            "return model(torch.cat([data, data + 1])).tolist()",
            "BatchNorm1d (1)",
        ),
        (
            "nn.Linear(3, 1), nn.Dropout()",
            "return {'net': net, 'labels': ['a']}",
            "return model['net'](data).tolist()",
            "Dropout (net.1)",
        ),
    ],
    ids=["dropout", "batch norm", "in a dict"],
)
@pytest.mark.parametrize("stack", ["pytorch", "inference"])
def test_training_mode_is_an_error(tmp_path: Path, layers: str, load: str, predict: str, said: str, stack: str) -> None:
    source = script(layers, load, predict)
    judged = judge(tmp_path, source, CODE, stack=stack)
    violation = judged.violation
    assert judged.outcome == "failed"
    assert violation.severity is Severity.ERROR
    assert violation.message == f"the model is left in training mode: {said}"
    assert (violation.function, violation.line) == ("model_fn", line_of(source, "def model_fn"))


def test_the_default_of_the_pytorch_stack_sets_eval(tmp_path: Path) -> None:
    source = script("nn.Linear(3, 1), nn.Dropout()").partition("def predict_fn")[0]
    judged = judge(tmp_path, source, CODE, stack="pytorch")
    assert (judged.outcome, judged.violations) == ("passed", ())


def test_a_predict_fn_that_no_request_reaches_may_set_eval(tmp_path: Path) -> None:
    source = script("nn.Linear(3, 1), nn.Dropout()", predict="model.eval()\n    return model(data).tolist()")
    source = source.replace("torch.tensor(json.loads(body), dtype=torch.float32)", "json.loads(body)['a']['b']['c']")
    judged = judge(tmp_path, source, CODE, stack="pytorch")
    assert judged.outcome == "skipped"
    assert "give a body that does" in judged.reason


def test_a_model_that_is_none_of_torchs_is_no_matter(tmp_path: Path) -> None:
    judged = judge(tmp_path, script("nn.Linear(3, 1)", "return {'training': True}"), CODE, stack="pytorch")
    assert (judged.outcome, judged.violations) == ("passed", ())
