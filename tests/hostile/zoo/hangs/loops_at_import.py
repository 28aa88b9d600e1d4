"""Is never imported to its end."""
# ends as: SMC604 while it loads: not loaded

while True:
    pass


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return data
