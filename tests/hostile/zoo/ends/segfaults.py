"""Reads the address 0."""
# ends as: SMC605 at a request: SIGSEGV

import ctypes


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    ctypes.string_at(0)
    return data
