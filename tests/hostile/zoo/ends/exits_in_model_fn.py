"""Leaves while it loads the model."""
# ends as: SMC202 in model_fn: SystemExit

import sys


def model_fn(model_dir):
    sys.exit(3)


def predict_fn(data, model):
    return data
