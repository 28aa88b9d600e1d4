"""Ends the process while it predicts, past every handler."""
# ends as: SMC605 at a request: exited with status 5

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os._exit(5)
