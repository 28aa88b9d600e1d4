"""Prints, and never comes back."""
# ends as: SMC605 at a request: output

import sys

BLOCK = "x" * (1024 * 1024 - 1) + "\n"


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    while True:
        sys.stdout.write(BLOCK)
