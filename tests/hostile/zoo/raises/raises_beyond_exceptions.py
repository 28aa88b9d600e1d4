"""Raises BaseException, which no server handles."""
# ends as: SMC605 in predict_fn: BaseException


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise BaseException
