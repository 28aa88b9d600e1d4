"""Scripts as people publish them, which do what they mean to do: no check calls any of it an error."""

from __future__ import annotations

from pathlib import Path

import pytest

import smcontract
from smcontract.violations import Severity
from support import write_script

TRANSFORMERS = """
class Pipeline:
    def __call__(self, inputs, **parameters):
        texts = [inputs] if isinstance(inputs, str) else inputs
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("text input must be of type `str` (single example) or `List[str]`")
        return [{"label": "POSITIVE", "score": min(0.99, len(text) / 100)} for text in texts]

def pipeline(task, model=None, tokenizer=None):
    return Pipeline()
"""
IMAGE = """
import numpy as np

def open(file):
    data = file.read()
    if not data.startswith(b"\\x89PNG"):
        raise OSError("cannot identify image file")
    return np.zeros((2, 2))
"""
FILES = {"transformers.py": TRANSFORMERS, "PIL/__init__.py": "", "PIL/Image.py": IMAGE}

SCRIPTS = {
    "hf text pipeline": """
import json
from transformers import pipeline

def model_fn(model_dir):
    return pipeline("text-classification", model=model_dir, tokenizer=model_dir)

def input_fn(request_body, request_content_type):
    if request_content_type != "application/json":
        raise ValueError("Unsupported content type: " + request_content_type)
    return json.loads(request_body)

def predict_fn(data, model):
    inputs = data.pop("inputs", data)
    parameters = data.pop("parameters", None)
    if parameters is not None:
        return model(inputs, **parameters)
    return model(inputs)

def output_fn(prediction, accept):
    return json.dumps(prediction), "application/json"
""",
    "text keyed lower": """
import json, re

def model_fn(model_dir):
    return {"good": 1, "bad": -1}

def input_fn(body, content_type):
    if content_type == "application/json":
        payload = json.loads(body)
        text = payload["text"]
        if not isinstance(text, str):
            raise ValueError("text must be a string")
        return text
    if content_type == "text/plain":
        return body.decode("utf-8")
    raise ValueError("unsupported " + content_type)

def predict_fn(text, model):
    return sum(model.get(w, 0) for w in re.findall(r"\\w+", text.lower()))

def output_fn(prediction, accept):
    return json.dumps({"sentiment": prediction}), "application/json"
""",
    "base64 image": """
import base64, io, json
import numpy as np
from PIL import Image

def model_fn(model_dir): return 1

def input_fn(body, content_type):
    if content_type == "application/json":
        data = base64.b64decode(json.loads(body)["image"])
    elif content_type.startswith("image/"):
        data = bytes(body)
    else:
        raise ValueError("unsupported " + content_type)
    return np.asarray(Image.open(io.BytesIO(data)))

def predict_fn(x, m): return float(x.mean())

def output_fn(p, accept): return json.dumps({"mean": p}), "application/json"
""",
    "records json": """
import json
FIELDS = ["age", "income", "city"]
CITY = {"paris": 0, "rome": 1}

def model_fn(model_dir):
    return [0.1, 0.2, 0.3]

def input_fn(body, content_type):
    if content_type == "application/json":
        data = json.loads(body)
        rows = data["instances"]
        return [[float(r["age"]), float(r["income"]), CITY[r["city"]]] for r in rows]
    raise ValueError(content_type)

def predict_fn(rows, w):
    return [sum(a*b for a, b in zip(r, w)) for r in rows]

def output_fn(p, accept):
    return json.dumps({"predictions": p}), accept
""",
    "json regardless": """
import json
import numpy as np

def model_fn(model_dir):
    return np.ones(3)

def input_fn(body, content_type):
    return np.asarray(json.loads(body), dtype=float).reshape(-1, 3)

def predict_fn(x, w):
    return x @ w

def output_fn(p, accept):
    return json.dumps(p.tolist())
""",
    "transform fn mxnet text": """
import json, os

def model_fn(model_dir):
    return {"vocab": {"a": 1, "b": 2}}

def transform_fn(net, data, input_content_type, output_content_type):
    parsed = json.loads(data)
    if not isinstance(parsed, list) or not all(isinstance(s, str) for s in parsed):
        raise ValueError("send a list of sentences")
    out = [sum(net["vocab"].get(w, 0) for w in s.split()) for s in parsed]
    return json.dumps(out), output_content_type
""",
    "dispatch dict": """
import json, io
import numpy as np

def _csv(b): return np.genfromtxt(io.StringIO(b), delimiter=",", ndmin=2)

def _json(b): return np.array(json.loads(b), dtype=float)
DECODERS = {"text/csv": _csv, "application/json": _json}

def model_fn(model_dir): return 3.0

def input_fn(body, content_type):
    return DECODERS[content_type](body)

def predict_fn(x, m): return x.sum(axis=-1) * m

def output_fn(p, accept): return json.dumps(p.tolist()), "application/json"
""",
    "model none on purpose": """
import json
MODEL = {}

def model_fn(model_dir):
    MODEL["w"] = 2.0
    return None

def input_fn(body, content_type):
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(data, model):
    values = data.get("values")
    return [MODEL["w"] * v for v in values]

def output_fn(p, accept): return json.dumps(p)
""",
    "lazy pandas": """
import json, io

def model_fn(model_dir): return 1.0

def input_fn(body, content_type):
    import pandas as pd
    if content_type == "text/csv":
        return pd.read_csv(io.StringIO(body), header=None).values
    if content_type == "application/json":
        return pd.DataFrame(json.loads(body)).values
    raise ValueError(content_type)

def predict_fn(x, m): return x * m

def output_fn(p, accept): return json.dumps(p.tolist())
""",
    "score format": """
import json

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type != "application/json": raise ValueError(content_type)
    return json.loads(body)["score"]

def predict_fn(x, m): return x * m

def output_fn(p, accept): return json.dumps({"score": f"{p:.3f}"}), "application/json"
""",
    "unbound on bad body only": """
import json

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type != "application/json": raise ValueError(content_type)
    data = json.loads(body)
    if data["kind"] == "text": value = data["value"].upper()
    elif data["kind"] == "number": value = data["value"] + 1
    return value

def predict_fn(x, m): return x

def output_fn(p, accept): return json.dumps(p), "application/json"
""",
    "default types swallow": """
import json

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    try:
        data = json.loads(body)
    except ValueError as e:
        print(e)
    return data["rows"]

def predict_fn(x, m): return x

def output_fn(p, accept): return json.dumps(p), "application/json"
""",
    "csv id column": """
import csv, io, json

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type == "text/csv":   # the first column is the record's id
        return [[float(c) for c in r[1:]] for r in csv.reader(io.StringIO(body)) if r]
    if content_type == "application/json":
        return [[float(c) for c in r] for r in json.loads(body)]
    raise ValueError(content_type)

def predict_fn(x, m): return [sum(r)*m for r in x]

def output_fn(p, accept): return json.dumps(p), "application/json"
""",
    "time series": """
import json
import numpy as np

def model_fn(model_dir): return 3

def input_fn(body, content_type):
    '''{"series": [...], "horizon": 3}'''
    d = json.loads(body)
    series = d["series"]; horizon = d["horizon"]
    if len(series) < 10:
        raise ValueError("ten points at least")
    return np.array(series), horizon

def predict_fn(data, w):
    s, h = data
    return [float(s[-w:].mean())] * h

def output_fn(p, accept): return json.dumps({"forecast": p}), "application/json"
""",
    "generative random": """
import json, random

def model_fn(model_dir): return ["a", "b", "c"]

def input_fn(body, content_type):
    if content_type == "application/json": return json.loads(body)
    if content_type == "text/csv": return [[float(v) for v in l.split(",")] for l in body.splitlines()]
    raise ValueError(content_type)

def predict_fn(x, m): return [random.choice(m) for _ in x]

def output_fn(p, accept): return json.dumps(p), "application/json"
""",
    "nan refused": """
import json

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type != "application/json": raise ValueError(content_type)
    return [[float(v) for v in r] for r in json.loads(body)]

def predict_fn(x, m): return [r[0]/r[1] if r[1] else float("nan") for r in x]

def output_fn(p, accept): return json.dumps(p, allow_nan=False), "application/json"
""",
    "csv or json strings": """
import json

def model_fn(model_dir): return 1

def input_fn(body, content_type):
    if content_type == "text/csv":
        return body.split(",")
    if content_type == "application/json":
        return json.loads(body)
    raise ValueError(content_type)

def predict_fn(x, m): return [str(t).upper() for t in x]

def output_fn(p, accept): return json.dumps(p)
""",
    "one hot ints": """
import json
import numpy as np
LEVELS = [1, 2, 3]

def model_fn(model_dir): return np.ones(6)

def input_fn(body, content_type):
    if content_type != "text/csv": raise ValueError(content_type)
    out = []
    for line in body.splitlines():
        a, b = (int(v) for v in line.split(","))
        out.append([a == l for l in LEVELS] + [b == l for l in LEVELS])
    return np.array(out, dtype=float)

def predict_fn(x, w): return x @ w

def output_fn(p, accept): return "\\n".join(map(str, p)), "text/csv"
""",
    "strict range first valid": """
import json

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type != "application/json": raise ValueError(content_type)
    lat, lon = json.loads(body)["point"]
    assert 40 <= lat <= 50 and 0 <= lon <= 10, "out of the map"
    return lat, lon

def predict_fn(x, m): return {"zone": int(x[0] - 40) * 10 + int(x[1])}

def output_fn(p, accept): return json.dumps(p)
""",
    "npy only": """
import io
import numpy as np

def model_fn(model_dir): return 2

def input_fn(body, content_type):
    if content_type == "application/x-npy":
        x = np.load(io.BytesIO(body))
        if x.ndim != 3: raise ValueError("(n, height, width)")
        return x
    raise ValueError(content_type)

def predict_fn(x, m): return x * m

def output_fn(p, accept):
    if accept == "application/x-npy":
        b = io.BytesIO(); np.save(b, p); return b.getvalue(), accept
    raise ValueError(accept)
""",
    "tsv": """
import csv, io, json

def model_fn(model_dir): return 1

def input_fn(body, content_type):
    if content_type == "text/tab-separated-values":
        return [[float(c) for c in r] for r in csv.reader(io.StringIO(bytes(body).decode()), delimiter="\\t")]
    if content_type == "text/csv":
        return [[float(c) for c in r] for r in csv.reader(io.StringIO(body), delimiter=";")]
    raise ValueError(content_type)

def predict_fn(x, m): return [sum(r) for r in x]

def output_fn(p, accept): return json.dumps(p)
""",
}


@pytest.mark.parametrize("stack", ["inference", "sklearn"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_no_check_finds_an_error(tmp_path: Path, name: str, stack: str) -> None:
    files = {**FILES, "model/weights.txt": "2.0"} if stack == "inference" else FILES
    script = write_script(tmp_path, SCRIPTS[name], files=files)
    report = smcontract.check_script(script, stack=[stack], max_examples=5)
    (judged,) = report.scripts
    errors = [found for found in judged.violations if found.severity is Severity.ERROR]
    assert [(found.check_id, found.message) for found in errors] == []
    assert len(judged.checks) > 20
