"""Leaves while it predicts."""
# ends as: SMC605 in predict_fn: SystemExit

import sys


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    sys.exit("enough")
