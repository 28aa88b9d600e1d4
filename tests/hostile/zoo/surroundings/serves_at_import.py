"""Listens at a port of its own from its import on."""
# ends as: SMC210: serve_forever

import socketserver
import threading

SERVER = socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
threading.Thread(target=SERVER.serve_forever, daemon=True).start()


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
