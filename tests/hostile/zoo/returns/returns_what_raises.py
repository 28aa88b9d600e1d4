"""Returns what raises whatever is asked of it."""
# ends as: SMC508 in output_fn: Value as application/json: RuntimeError


class Value:
    def __getattribute__(self, name):
        raise RuntimeError(name)

    def broken(self, *args):
        raise RuntimeError("broken")

    __eq__ = __hash__ = __repr__ = __str__ = __len__ = __bool__ = __iter__ = broken


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return Value()
