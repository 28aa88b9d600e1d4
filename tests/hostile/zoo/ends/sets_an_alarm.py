"""Is ended by a clock of its own."""
# ends as: SMC605 at a request: SIGALRM

import signal
import time


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(60)
    return data
