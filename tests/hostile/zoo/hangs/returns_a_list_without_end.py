"""Returns a list whose end never comes."""
# ends as: SMC604 at a request: not answered


class Value(list):
    def __iter__(self):
        while True:
            yield 1

    def __len__(self):
        return 1 << 40


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return Value()
