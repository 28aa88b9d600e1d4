"""Has other modules in the place of those of Python, and of ours."""
# ends as: SMC210: sys.modules

import sys
import types

for name in list(sys.modules):
    if name.partition(".")[0] in ("json", "os", "struct", "traceback", "inspect", "smcontract"):
        sys.modules[name] = types.ModuleType(name)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
