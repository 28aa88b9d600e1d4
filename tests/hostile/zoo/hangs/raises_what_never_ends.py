"""Raises what takes for ever to tell."""
# ends as: SMC604 at a request: not answered


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise Endless
