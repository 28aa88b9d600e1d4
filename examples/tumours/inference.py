"""A torch network with dropout and batch norm: all four functions are the script's own, for JSON and CSV."""

import json
import os

import torch


class Tumours(torch.nn.Module):
    """30 measurements in, the probability that a tumour is benign out."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.BatchNorm1d(30),
            torch.nn.Linear(30, 16),
            torch.nn.ReLU(),
            torch.nn.Dropout(0.5),
            torch.nn.Linear(16, 1),
        )

    def forward(self, rows):
        return torch.sigmoid(self.layers(rows))


def model_fn(model_dir):
    model = Tumours()
    state = torch.load(os.path.join(model_dir, "tumours.pt"), map_location="cpu", weights_only=True)
    model.load_state_dict(state)
    model.eval()
    return model


def input_fn(body, content_type):
    """Takes rows of 30 numbers: a JSON object with the list `instances`, or lines of CSV."""
    if content_type == "application/json":
        document = json.loads(body)
        if not isinstance(document, dict) or "instances" not in document:
            raise ValueError('send {"instances": [[...], ...]}')
        rows = document["instances"]
    elif content_type == "text/csv":
        rows = [[float(field) for field in line.split(",")] for line in body.strip().splitlines()]
    else:
        raise ValueError(f"unsupported content type {content_type!r}")
    return torch.tensor(rows, dtype=torch.float32)


def predict_fn(rows, model):
    with torch.no_grad():
        return model(rows)


def output_fn(prediction, accept):
    values = prediction.squeeze(1).tolist()
    if accept == "application/json":
        return json.dumps({"predictions": values}), accept
    if accept == "text/csv":
        return "\n".join(str(value) for value in values), accept
    raise ValueError(f"unsupported accept {accept!r}")
