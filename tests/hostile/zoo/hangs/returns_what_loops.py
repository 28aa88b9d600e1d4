"""Returns what takes for ever whatever is asked of it."""
# ends as: SMC604 at a request: not answered


class Value:
    def loop(self, *args):
        while True:
            pass

    __eq__ = __hash__ = __repr__ = __str__ = __len__ = __bool__ = __iter__ = loop


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return Value()
