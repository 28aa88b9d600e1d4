"""Answers 500 MB."""
# ends as: SMC606 in output_fn: 500,000,000 bytes


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data


def output_fn(prediction, accept):
    return b"x" * 500_000_000
