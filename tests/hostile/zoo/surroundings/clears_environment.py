"""Takes away every variable."""
# ends as: nothing

import os

os.environ.clear()


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.environ.clear()
    return data
