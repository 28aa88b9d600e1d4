"""Tells wines apart with scikit-learn: all four functions are the script's own, for JSON, CSV and NPY."""

import io
import json
import os

import joblib
import numpy as np


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    """Takes rows of 13 numbers."""
    if content_type == "application/json":
        rows = np.array(json.loads(body), dtype=float)
    elif content_type == "text/csv":
        lines = [line for line in body.splitlines() if line.strip()]
        rows = np.array([[float(field) for field in line.split(",")] for line in lines])
    elif content_type == "application/x-npy":
        rows = np.load(io.BytesIO(body), allow_pickle=False).astype(float)
    else:
        raise ValueError(f"unsupported content type {content_type!r}")
    if rows.ndim != 2 or rows.shape[1] != 13:
        raise ValueError("send rows of 13 numbers")
    return rows


def predict_fn(rows, model):
    """Gives each row the probability of each of the three kinds."""
    return model.predict_proba(rows)


def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps(prediction.tolist()), accept
    if accept == "text/csv":
        lines = [",".join(str(value) for value in row) for row in prediction.tolist()]
        return "\n".join(lines) + "\n", accept
    if accept == "application/x-npy":
        buffer = io.BytesIO()
        np.save(buffer, prediction)
        return buffer.getvalue(), accept
    raise ValueError(f"unsupported accept {accept!r}")
