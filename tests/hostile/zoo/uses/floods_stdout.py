"""Prints a gigabyte while it is imported, and two megabytes with each request."""
# ends as: SMC611 in predict_fn: writes

import sys

BLOCK = "x" * (1024 * 1024 - 1) + "\n"
for _ in range(1024):
    sys.stdout.write(BLOCK)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    print(BLOCK, BLOCK)
    return data
