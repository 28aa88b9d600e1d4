"""Whatever is asked for is the model."""
# ends as: SMC201: transform_fn

import builtins


def anything(*args):
    return "model"


builtins.getattr = anything


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
