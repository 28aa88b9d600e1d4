"""Everything is an instance of everything."""
# ends as: SMC210: isinstance

import builtins


def always(value, kinds):
    return True


builtins.isinstance = always


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
