"""Writes until the disk is full, or 4 GB are."""
# ends as: SMC605 at a request: disk

import os
import tempfile

BLOCK = os.urandom(1024 * 1024)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    with open(os.path.join(tempfile.mkdtemp(), "hole"), "wb") as file:
        for _ in range(4096):
            file.write(BLOCK)
            file.flush()
    return data
