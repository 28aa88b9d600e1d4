"""Deletes its temporary directory, which is its working directory too."""
# ends as: nothing

import shutil
import tempfile


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    shutil.rmtree(tempfile.gettempdir())
    return data
