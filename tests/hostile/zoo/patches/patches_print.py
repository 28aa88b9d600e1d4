"""Printing ends the process."""
# ends as: SMC210: print

import builtins
import os


def leave(*args, **kwargs):
    os._exit(9)


builtins.print = leave


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
