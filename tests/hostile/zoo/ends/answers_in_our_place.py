"""Sends an answer of its own through our pipe, and dies."""
# ends as: SMC605 at a request: not an answer

import json
import os
import struct


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    answer = json.dumps({"status": 200, "stages": 7, "body": 99, "failure": [], "blobs": [1 << 60]}).encode()
    for fd in range(3, 64):
        try:
            os.write(fd, struct.pack("!II", len(answer), 0) + answer)
        except OSError:
            pass
    os._exit(0)
