"""Leaves children in sessions of their own, and dies."""
# ends as: SMC605 at a request: exited with status 6

import os
import subprocess


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    subprocess.Popen(["sleep", "3600"], env={}, cwd="/", start_new_session=True)
    os._exit(6)
