"""Closes every descriptor, our pipe among them."""
# ends as: SMC605 at a request: dies while it answers

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.closerange(0, 4096)
    return data
