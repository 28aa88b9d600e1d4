"""Prints what is no text, and what a terminal would obey."""
# ends as: nothing

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    for fd in (1, 2):
        os.write(fd, bytes(range(256)) * 16 + b"\x1b]0;owned\x07\x1b[2J\x1b[31m::error::no\n")
    return data
