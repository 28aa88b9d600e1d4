"""Nothing has a length any more."""
# ends as: SMC210: len

import builtins


def unknown(value):
    raise TypeError("no length")


builtins.len = unknown


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
