"""Has every warning raised, and warns."""
# ends as: SMC407 in predict_fn: UserWarning

import warnings

warnings.simplefilter("error")


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    warnings.warn("this is one", stacklevel=2)
    return data
