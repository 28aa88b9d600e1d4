"""Stops as a job in the background does."""
# ends as: SMC604 at a request: not answered

import os
import signal


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    os.kill(os.getpid(), signal.SIGSTOP)
    return data
