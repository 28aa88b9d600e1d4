"""Leaves in the one function that does all."""
# ends as: SMC605 in transform_fn: SystemExit

import sys


def model_fn(model_dir):
    return "model"


def transform_fn(model, body, content_type, accept):
    sys.exit(1)
