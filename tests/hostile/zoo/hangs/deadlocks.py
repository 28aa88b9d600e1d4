"""Two threads wait for each other."""
# ends as: SMC604 at a request: not answered

import threading

LEFT, RIGHT = threading.Lock(), threading.Lock()
MET = threading.Barrier(2)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    def first():
        with LEFT:
            MET.wait()
            RIGHT.acquire()

    thread = threading.Thread(target=first)
    thread.start()
    with RIGHT:
        MET.wait()
        LEFT.acquire()
    thread.join()
    return data
