"""Has handlers of its own for signals."""
# ends as: SMC210: SIGTERM

import signal


def handle(number, frame):
    raise RuntimeError("a signal")


signal.signal(signal.SIGTERM, handle)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
