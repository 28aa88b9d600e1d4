"""Has another numpy."""
# ends as: SMC210: np.asarray

import numpy as np


def broken(*args, **kwargs):
    raise MemoryError("no arrays")


np.asarray = broken
np.array = broken
np.frombuffer = broken


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
