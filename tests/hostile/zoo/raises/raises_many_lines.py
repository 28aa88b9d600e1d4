"""Raises an exception of several lines, not all of them ASCII, with what a terminal would obey."""
# ends as: SMC407 in predict_fn: raises ValueError
# ends as: SMC610


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    raise ValueError("früh\r\nSet-Cookie: a=b\r\n\r\n<script>\x1b[2J 夜 \ud800 \x00")
