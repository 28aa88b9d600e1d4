"""Takes memory until it is killed."""
# ends as: SMC605 at a request: memory


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    kept = []
    while True:
        kept.append(bytearray(16 * 1024 * 1024))
