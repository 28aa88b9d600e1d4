"""Writes until the disk is full, or 4 GB are, into a file that has no name."""
# ends as: SMC605 at a request: disk

import os
import tempfile

BLOCK = os.urandom(1024 * 1024)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    with tempfile.TemporaryFile() as file:
        for _ in range(4096):
            file.write(BLOCK)
            file.flush()
    return data
