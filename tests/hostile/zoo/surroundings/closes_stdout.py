"""Closes standard output and standard error, and what stands behind them."""
# ends as: nothing

import os
import sys

sys.stdout.close()
sys.stderr.close()
os.close(1)
os.close(2)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
