"""Never comes back from one call of C, which lets no other thread run."""
# ends as: SMC604 at a request: not answered

import itertools


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return sum(itertools.repeat(1))
