"""Closes every descriptor, and never comes back."""
# ends as: SMC605 at a request: connection

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.closerange(0, 4096)
    while True:
        pass
