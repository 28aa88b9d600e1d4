"""Ends the process while it loads the model."""
# ends as: SMC605 while it loads: exited with status 4

import os


def model_fn(model_dir):
    os._exit(4)


def predict_fn(data, model):
    return data
