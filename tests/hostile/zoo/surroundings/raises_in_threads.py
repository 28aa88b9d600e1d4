"""Starts a thread with each request that fails, and one that leaves."""
# ends as: nothing

import sys
import threading


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    threading.Thread(target=sys.exit).start()
    threading.Thread(target=int, args=("x",)).start()
    return data
