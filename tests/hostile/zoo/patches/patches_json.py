"""Nothing can be written as JSON any more, nor read."""
# ends as: SMC210: json

import json


def broken(*args, **kwargs):
    raise ValueError("no JSON here")


json.dumps = broken
json.loads = broken


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
