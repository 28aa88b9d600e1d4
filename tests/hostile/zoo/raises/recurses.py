"""Calls itself without end."""
# ends as: SMC123 in predict_fn: calls itself


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return predict_fn(data, model)
