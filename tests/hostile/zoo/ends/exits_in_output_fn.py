"""Leaves while it writes the answer."""
# ends as: SMC605 in output_fn: SystemExit

import sys


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data


def output_fn(prediction, accept):
    sys.exit()
