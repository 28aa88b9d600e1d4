"""Leaves children that are in sessions of their own, without our variables."""
# ends as: nothing

import subprocess
import sys


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    code = "import os, time; os.setsid() if os.fork() == 0 else os._exit(0); time.sleep(3600)"
    subprocess.run([sys.executable, "-S", "-c", code], env={}, cwd="/", start_new_session=True, check=True)
    return data
