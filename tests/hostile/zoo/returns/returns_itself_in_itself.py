"""Returns a list that holds itself."""
# ends as: SMC508 in output_fn: Circular reference

LOOP = []
LOOP.append(LOOP)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    return LOOP
