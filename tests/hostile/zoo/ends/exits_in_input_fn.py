"""Leaves while it reads a body."""
# ends as: SMC605 in input_fn: SystemExit

import sys


def model_fn(model_dir):
    return "model"


def input_fn(body, content_type):
    sys.exit(3)


def predict_fn(data, model):
    return data
