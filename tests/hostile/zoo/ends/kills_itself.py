"""Sends itself what cannot be handled."""
# ends as: SMC605 at a request: SIGKILL

import os
import signal


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.kill(os.getpid(), signal.SIGKILL)
    return data
