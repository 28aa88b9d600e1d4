"""Nothing can be opened any more."""
# ends as: SMC210: open

import builtins


def closed(*args, **kwargs):
    raise PermissionError("closed")


builtins.open = closed


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
