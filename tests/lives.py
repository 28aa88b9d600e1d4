"""What the tests of the lifecycle's checks share: a script of JSON rows, and one around a small torch model."""

from __future__ import annotations

SCRIPT = """\
import json
{imports}
SEEN = []
LOADED = {loaded}

def model_fn(model_dir):
    return {model}

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    {before}
    return {predicts}

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
"""
SUMS = "[sum(row) for row in data]"

TORCH = """\
import json
import torch
from torch.nn import functional as F

KEPT = []

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(3, 2)
        self.norm = torch.nn.BatchNorm1d(2)
        self.drop = torch.nn.Dropout(0.5)

    def forward(self, rows):
        return {forward}

def model_fn(model_dir):
    torch.manual_seed(7)
    torch.set_num_threads(1)
    return Net(){mode}

def input_fn(body, content_type):
    if content_type == "application/json":
        return torch.tensor(json.loads(body), dtype=torch.float32)
    raise ValueError(content_type)

def predict_fn(data, model):
    {before}
    return {predicts}

def output_fn(prediction, accept):
    return json.dumps(prediction.tolist()), "application/json"
"""


def script(predicts: str = SUMS, *, before: str = "", imports: str = "", model: str = "2", loaded: str = "None") -> str:
    """Return a script that takes rows of numbers as JSON."""
    return SCRIPT.format(predicts=predicts, before=before or "pass", imports=imports, model=model, loaded=loaded)


def torch_script(
    predicts: str = "model(data)", *, before: str = "pass", forward: str = "self.line(rows)", mode: str = ".eval()"
) -> str:
    """Return a script around a torch model of three columns."""
    return TORCH.format(predicts=predicts, before=before, forward=forward, mode=mode)
