"""What writes JSON never comes back."""
# ends as: SMC604|SMC210

import json


def endless(*args, **kwargs):
    while True:
        pass


json.dumps = endless


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
