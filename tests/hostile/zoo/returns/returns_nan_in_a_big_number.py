"""Returns numbers that JSON has not."""
# ends as: SMC508 in output_fn: Exceeds the limit


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return float("nan"), 10**5000
