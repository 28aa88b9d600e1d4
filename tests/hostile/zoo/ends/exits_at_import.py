"""Leaves while it is imported."""
# ends as: SMC108: ends the server

import sys

sys.exit(3)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
