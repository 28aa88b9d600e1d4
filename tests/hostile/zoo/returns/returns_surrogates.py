"""Returns text that no encoding has."""
# ends as: SMC605 in output_fn: UnicodeEncodeError


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return "\ud800\udfff\udc80"


def output_fn(prediction, accept):
    return prediction
