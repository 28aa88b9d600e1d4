"""Writes into the directory that it was given to read."""
# ends as: SMC206: MODEL_DIR/index.json

import os


def model_fn(model_dir):
    with open(os.path.join(model_dir, "index.json"), "w") as file:
        file.write("{}")
    return "model"


def predict_fn(data, model):
    return data
