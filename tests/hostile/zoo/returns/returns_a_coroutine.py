"""Returns what has to be awaited."""
# ends as: SMC107 in predict_fn


def model_fn(model_dir):
    return "model"


async def predict_fn(data, model):
    return data
