"""Returns what leaves whatever is asked of it."""
# ends as: SMC508 in output_fn: Value as application/json


class Value:
    def leave(self, *args):
        raise SystemExit(1)

    __eq__ = __hash__ = __repr__ = __str__ = __len__ = __bool__ = __iter__ = leave


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return Value()
