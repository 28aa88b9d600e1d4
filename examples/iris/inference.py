"""The smallest scikit-learn handler: only `model_fn`; everything else is the container's default."""

import os

import joblib


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
