"""Writes rubbish into every descriptor, our pipe among them."""
# ends as: SMC605 at a request: not an answer

import os


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    for fd in range(3, 64):
        try:
            os.write(fd, b"\x00\x00\x00\x02\x00\x00\x00\x00{}" * 4 + b"\xff" * 64)
        except OSError:
            pass
    return data
