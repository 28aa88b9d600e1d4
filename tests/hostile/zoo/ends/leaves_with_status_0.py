"""Ends the process as if all were well."""
# ends as: SMC605 at a request: exited with status 0

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os._exit(0)
