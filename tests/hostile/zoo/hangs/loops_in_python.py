"""Never comes back."""
# ends as: SMC604 at a request: not answered


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    while True:
        pass
