"""Raises what fails when it is told."""
# ends as: SMC407|SMC601|SMC301 in predict_fn: Untold


class Untold(Exception):
    def __str__(self):
        raise RuntimeError("not told")

    __repr__ = __str__


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise Untold
