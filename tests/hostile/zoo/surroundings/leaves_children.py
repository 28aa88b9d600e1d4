"""Forks with each request, and its children stay."""
# ends as: nothing

import os
import time


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    if os.fork() == 0:
        time.sleep(3600)
        os._exit(0)
    return data
