"""Starts threads that never end, and that the interpreter waits for."""
# ends as: SMC210: thread

import threading
import time


def work():
    while True:
        time.sleep(0.01)


for _ in range(4):
    threading.Thread(target=work, daemon=False).start()


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
