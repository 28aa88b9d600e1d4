"""Sends its process group what cannot be handled."""
# ends as: SMC605 at a request: SIGKILL

import os
import signal


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.killpg(0, signal.SIGKILL)
    return data
