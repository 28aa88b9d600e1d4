"""Takes every module away."""
# ends as: SMC210: sys.modules

import sys

sys.modules.clear()


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
