"""Raises an exception whose text is of 100 MB."""
# ends as: SMC407 in predict_fn: raises ValueError
# ends as: SMC610 in predict_fn: kills the server's worker


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise ValueError("x" * 100_000_000)
