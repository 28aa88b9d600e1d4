"""Takes memory until it is killed, before there is a request."""
# ends as: SMC605 while it loads: memory

kept = []
while True:
    kept.append(bytearray(16 * 1024 * 1024))


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
