"""Nests so deeply that the C stack overflows."""
# ends as: SMC605 at a request: SIGSEGV

import sys


class Nested:
    def __repr__(self):
        return repr(Nested())


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    sys.setrecursionlimit(10**9)
    nested = Nested()
    return repr(nested)
