"""Never has its model, in one call of C."""
# ends as: SMC604 while it loads: not loaded

import itertools


def model_fn(model_dir):
    return sum(itertools.repeat(1))


def predict_fn(data, model):
    return data
