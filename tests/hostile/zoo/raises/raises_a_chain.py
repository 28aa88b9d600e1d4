"""Raises an exception that is its own cause."""
# ends as: SMC407|SMC601|SMC301 in predict_fn


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    error = ValueError("round")
    other = TypeError("and round")
    error.__cause__, other.__cause__ = other, error
    raise error
