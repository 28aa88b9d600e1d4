"""Raises GeneratorExit, which no server handles."""
# ends as: SMC605 in predict_fn: GeneratorExit


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise GeneratorExit
