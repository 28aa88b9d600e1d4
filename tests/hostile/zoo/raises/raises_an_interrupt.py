"""Raises KeyboardInterrupt, which no server handles."""
# ends as: SMC605 in predict_fn: KeyboardInterrupt


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise KeyboardInterrupt
