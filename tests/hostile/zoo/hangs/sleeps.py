"""Waits longer than a client does."""
# ends as: SMC604 at a request: not answered

import time


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    time.sleep(3600)
    return data
