"""Ends the process while it is imported, past every handler."""
# ends as: SMC108: ends the server's worker
# ends as: SMC605 while it loads: exited with status 3

import os

os._exit(3)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
