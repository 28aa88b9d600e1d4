"""Sends the process that started it what cannot be handled, and goes on."""
# ends as: SMC605 at a request: SIGKILL

import os
import signal


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.kill(os.getppid(), signal.SIGKILL)
    return data
