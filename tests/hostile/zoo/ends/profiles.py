"""Has every call, ours among them, noted by what exits."""
# ends as: SMC605 at a request: exited with status 7

import os
import sys


def tracer(frame, event, argument):
    os._exit(7)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    sys.setprofile(tracer)
    return data
