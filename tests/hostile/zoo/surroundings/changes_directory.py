"""Has another working directory, which is then gone."""
# ends as: SMC210: directory

import os
import tempfile

GONE = tempfile.mkdtemp()
os.chdir(GONE)
os.rmdir(GONE)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
