"""Looks for the package that runs it, and changes it."""
# ends as: inconclusive

import sys


def broken(*args, **kwargs):
    raise RuntimeError("broken")


for name, module in list(sys.modules.items()):
    if name.startswith("smcontract"):
        for key, value in list(vars(module).items()):
            if callable(value) and not key.startswith("__"):
                setattr(module, key, broken)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
