"""Ends as a failed assertion in C does."""
# ends as: SMC605 at a request: SIGABRT

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.abort()
