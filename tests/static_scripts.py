"""Correct handler scripts of all frameworks and styles; each is `(stack, source)`."""

from __future__ import annotations

_MODEL = """\
import json
import os

def model_fn(model_dir):
    with open(os.path.join(model_dir, "weights.json")) as file:
        return json.load(file)

"""
_OUT = """
def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(f"{accept} is not supported")
    return json.dumps(prediction)
"""

SCRIPTS: dict[str, tuple[str, str]] = {
    "sklearn, four functions": (
        "sklearn",
        '''
"""Serves a scikit-learn pipeline."""
import io
import json
import os

import joblib
import numpy as np
import pandas as pd


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(request_body, request_content_type):
    if request_content_type == "text/csv":
        return pd.read_csv(io.StringIO(request_body), header=None)
    elif request_content_type == "application/json":
        return pd.DataFrame(json.loads(request_body)["instances"])
    raise ValueError(f"{request_content_type} not supported by script!")


def predict_fn(input_data, model):
    return model.predict(input_data)


def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps(np.asarray(prediction).tolist()), accept
    elif accept == "text/csv":
        return ",".join(map(str, prediction)), accept
    else:
        raise RuntimeError("{} accept type is not supported by this script.".format(accept))
''',
    ),
    "sklearn, only model_fn": (
        "sklearn",
        '''
import os
import joblib

def model_fn(model_dir):
    """Deserialize the fitted model."""
    clf = joblib.load(os.path.join(model_dir, "model.joblib"))
    return clf
''',
    ),
    "sklearn, training under the guard with parse_args": (
        "sklearn",
        """
import argparse
import os

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-estimators", type=int, default=10)
    parser.add_argument("--model-dir", type=str, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", type=str, default=os.environ["SM_CHANNEL_TRAIN"])
    args = parser.parse_args()

    data = pd.read_csv(os.path.join(args.train, "train.csv"))
    model = RandomForestClassifier(n_estimators=args.n_estimators)
    model.fit(data.drop("y", axis=1), data["y"])
    joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))
""",
    ),
    "sklearn, main() called under the guard": (
        "sklearn",
        """
import argparse
import os
import sys

import joblib
from sklearn.linear_model import LogisticRegression


def parse(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    return parser.parse_args(argv)


def main():
    args = parse(sys.argv[1:])
    model = LogisticRegression()
    model.fit([[0], [1]], [0, 1])
    joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))
    sys.exit(0)


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


if __name__ == "__main__":
    main()
""",
    ),
    "sklearn, parse_known_args at import": (
        "sklearn",
        """
import argparse
import os
import pickle

parser = argparse.ArgumentParser()
parser.add_argument("--threshold", type=float, default=0.5)
args, _ = parser.parse_known_args()


def model_fn(model_dir):
    with open(os.path.join(model_dir, "model.pkl"), "rb") as handle:
        return pickle.load(handle)


def predict_fn(data, model):
    return (model.predict_proba(data)[:, 1] > args.threshold).astype(int)
""",
    ),
    "sklearn, flask response": (
        "sklearn",
        """
import json
import os
import joblib
from flask import Response


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def output_fn(prediction, accept):
    body = json.dumps({"predictions": prediction.tolist()})
    return Response(body, mimetype="application/json")
""",
    ),
    "sklearn, dict of parsers": (
        "sklearn",
        """
import csv
import io
import json
import os
import joblib

def _from_csv(text):
    return [[float(value) for value in row] for row in csv.reader(io.StringIO(text)) if row]

def _from_json(text):
    return json.loads(text)["data"]

PARSERS = {"text/csv": _from_csv, "application/json": _from_json}

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def input_fn(body, content_type):
    try:
        parse = PARSERS[content_type]
    except KeyError:
        raise ValueError(f"unsupported content type {content_type}") from None
    return parse(body)
""",
    ),
    "sklearn, the media type without its parameters": (
        "sklearn",
        """
import io
import os
import joblib
import pandas as pd

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def input_fn(body, content_type):
    kind, _, _ = content_type.partition(";")
    if kind.strip().lower() not in ("text/csv", "text/plain"):
        raise ValueError("send text/csv")
    text = body if isinstance(body, str) else body.decode("utf-8")
    return pd.read_csv(io.StringIO(text), header=None)
""",
    ),
    "xgboost, booster": (
        "xgboost",
        """
import json
import os
import xgboost as xgb

def model_fn(model_dir):
    booster = xgb.Booster()
    booster.load_model(os.path.join(model_dir, "xgboost-model"))
    return booster

def input_fn(request_body, content_type):
    if content_type == "text/csv":
        rows = [list(map(float, line.split(","))) for line in request_body.strip().splitlines()]
        return xgb.DMatrix(rows)
    raise ValueError("Content type {} is not supported.".format(content_type))

def predict_fn(data, model):
    return model.predict(data, validate_features=False)

def output_fn(predictions, accept):
    if accept == "text/csv":
        return "\\n".join(str(value) for value in predictions), "text/csv"
    if accept == "application/json":
        return json.dumps({"predictions": predictions.tolist()}), "application/json"
    raise ValueError(accept)
""",
    ),
    "xgboost, pickled model and training channels in main": (
        "xgboost",
        """
import argparse
import logging
import os
import pickle as pkl

import xgboost as xgb
from sagemaker_xgboost_container import encoder as xgb_encoders


def model_fn(model_dir):
    with open(os.path.join(model_dir, "xgboost-model"), "rb") as file:
        return pkl.load(file)


def input_fn(request_body, request_content_type):
    if request_content_type == "text/libsvm":
        return xgb_encoders.libsvm_to_dmatrix(request_body)
    else:
        raise ValueError("Content type {} is not supported.".format(request_content_type))


def train(args):
    dtrain = xgb.DMatrix(os.path.join("/opt/ml/input/data/train", "train.libsvm"))
    booster = xgb.train({"max_depth": args.max_depth}, dtrain, num_boost_round=args.rounds)
    booster.save_model(os.path.join(args.model_dir, "xgboost-model"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--max_depth", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--model_dir", default=os.environ["SM_MODEL_DIR"])
    logging.info("training")
    train(parser.parse_args())
""",
    ),
    "pytorch, state dict and device": (
        "pytorch",
        """
import json
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Net(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.first = nn.Linear(4, width)
        self.last = nn.Linear(width, 3)

    def forward(self, x):
        return F.log_softmax(self.last(F.relu(self.first(x))), dim=1)


def model_fn(model_dir):
    model = Net()
    with open(os.path.join(model_dir, "model.pth"), "rb") as f:
        model.load_state_dict(torch.load(f, map_location=device, weights_only=True))
    return model.to(device).eval()


def input_fn(request_body, content_type):
    if content_type == "application/json":
        return torch.tensor(json.loads(request_body), dtype=torch.float32, device=device)
    raise ValueError("Unsupported content type: {}".format(content_type))


@torch.no_grad()
def predict_fn(input_object, model):
    return model(input_object)


def output_fn(prediction, response_content_type):
    if response_content_type == "application/json":
        return json.dumps(prediction.cpu().tolist())
    raise ValueError(response_content_type)
""",
    ),
    "pytorch, context everywhere": (
        "pytorch",
        """
import json
import os
import torch

def model_fn(model_dir, context):
    properties = context.system_properties
    gpu = properties.get("gpu_id")
    device = torch.device(f"cuda:{gpu}" if torch.cuda.is_available() and gpu is not None else "cpu")
    model = torch.jit.load(os.path.join(model_dir, "model.pt"), map_location=device)
    return model.eval(), device

def input_fn(data, content_type, context):
    assert content_type == "application/json", content_type
    return json.loads(data)["inputs"]

def predict_fn(data, model, context):
    net, device = model
    with torch.inference_mode():
        return net(torch.as_tensor(data, device=device))

def output_fn(prediction, accept, context):
    context.set_response_content_type(0, "application/json")
    return json.dumps(prediction.tolist())
""",
    ),
    "pytorch, image": (
        "pytorch",
        """
import io
import json
import os

import torch
from PIL import Image
from torchvision import models, transforms

PREPARE = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor()])


def model_fn(model_dir):
    net = models.resnet18(weights=None)
    state = torch.load(os.path.join(model_dir, "model.pth"), map_location=torch.device("cpu"))
    net.load_state_dict(state)
    net.eval()
    return net


def input_fn(request_body, content_type="image/jpeg"):
    if content_type in ["image/jpeg", "image/png", "application/x-image"]:
        image = Image.open(io.BytesIO(request_body)).convert("RGB")
        return PREPARE(image).unsqueeze(0)
    raise ValueError(f"cannot read {content_type}")


def predict_fn(tensor, net):
    with torch.no_grad():
        scores = torch.softmax(net(tensor), dim=1)
    return scores.squeeze(0)


def output_fn(scores, accept="application/json"):
    top = torch.topk(scores, k=min(5, len(scores)))
    result = [{"class": int(i), "score": float(s)} for s, i in zip(top.values, top.indices)]
    if accept.startswith("application/json"):
        return json.dumps(result)
    raise ValueError(accept)
""",
    ),
    "pytorch, hooks": (
        "pytorch",
        """
import os
import torch

def pre_model_fn(model_dir):
    torch.set_num_threads(1)

def model_fn(model_dir):
    return torch.jit.load(os.path.join(model_dir, "net.pt"), map_location="cpu")

def model_warmup_fn(model_dir, model):
    model(torch.zeros(1, 3))
""",
    ),
    "pytorch, distributed training in the same file": (
        "pytorch",
        """
import argparse
import os
import torch
import torch.distributed as dist


def _train(args):
    if args.backend is not None:
        dist.init_process_group(backend=args.backend, rank=int(os.environ["RANK"]))
    net = torch.nn.Linear(1, 1)
    device = torch.device("cuda")
    net = net.to(device)
    torch.save(net.cpu().state_dict(), os.path.join(args.model_dir, "model.pth"))


def model_fn(model_dir):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net = torch.nn.Linear(1, 1)
    net.load_state_dict(torch.load(os.path.join(model_dir, "model.pth"), map_location=device))
    return net.to(device)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--backend", type=str, default=None)
    parser.add_argument("--hosts", type=list, default=os.environ["SM_HOSTS"])
    parser.add_argument("--model-dir", type=str, default=os.environ["SM_MODEL_DIR"])
    _train(parser.parse_args())
""",
    ),
    "pytorch, gpu with a fallback": (
        "pytorch",
        """
import os
import torch

def model_fn(model_dir):
    model = torch.jit.load(os.path.join(model_dir, "model.pt"), map_location="cpu")
    if torch.cuda.is_available():
        model = model.cuda()
    return model

def predict_fn(data, model):
    if torch.cuda.is_available():
        data = data.cuda()
    with torch.no_grad():
        return model(data).cpu()
""",
    ),
    "huggingface, pipeline": (
        "huggingface",
        """
from transformers import pipeline

def model_fn(model_dir):
    return pipeline("text-classification", model=model_dir, tokenizer=model_dir)

def predict_fn(data, classifier):
    inputs = data.pop("inputs", data)
    parameters = data.pop("parameters", None)
    if parameters is not None:
        return classifier(inputs, **parameters)
    return classifier(inputs)
""",
    ),
    "huggingface, embeddings": (
        "huggingface",
        """
import torch
import torch.nn.functional as F
from transformers import AutoModel, AutoTokenizer


def mean_pooling(model_output, attention_mask):
    token_embeddings = model_output[0]
    mask = attention_mask.unsqueeze(-1).expand(token_embeddings.size()).float()
    return torch.sum(token_embeddings * mask, 1) / torch.clamp(mask.sum(1), min=1e-9)


def model_fn(model_dir):
    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    model = AutoModel.from_pretrained(model_dir)
    return model, tokenizer


def predict_fn(data, model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    sentences = data.pop("inputs", data)
    encoded = tokenizer(sentences, padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        output = model(**encoded)
    vectors = F.normalize(mean_pooling(output, encoded["attention_mask"]), p=2, dim=1)
    return {"vectors": vectors[0].tolist()}
""",
    ),
    "huggingface, transform_fn with the toolkit's codecs": (
        "huggingface",
        """
from sagemaker_huggingface_inference_toolkit import decoder_encoder
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

def model_fn(model_dir):
    return AutoModelForSeq2SeqLM.from_pretrained(model_dir), AutoTokenizer.from_pretrained(model_dir)

def transform_fn(model_and_tokenizer, input_data, content_type, accept):
    model, tokenizer = model_and_tokenizer
    text = decoder_encoder.decode(input_data, content_type)["inputs"]
    batch = tokenizer(text, return_tensors="pt")
    generated = model.generate(**batch, max_new_tokens=32)
    return decoder_encoder.encode({"text": tokenizer.decode(generated[0])}, accept)
""",
    ),
    "huggingface, local first and the hub as a fallback": (
        "huggingface",
        """
import os
from transformers import AutoModelForCausalLM, AutoTokenizer

def model_fn(model_dir, context=None):
    source = model_dir if os.path.exists(os.path.join(model_dir, "config.json")) else os.environ["HF_MODEL_ID"]
    return AutoModelForCausalLM.from_pretrained(source), AutoTokenizer.from_pretrained(source)

def predict_fn(data, model, context=None):
    net, tokenizer = model
    return tokenizer.batch_decode(net.generate(**tokenizer(data["inputs"], return_tensors="pt")))
""",
    ),
    "mxnet, gluon": (
        "mxnet",
        """
import json
import os

import mxnet as mx
from mxnet import gluon, nd


def model_fn(model_dir):
    ctx = mx.gpu() if mx.context.num_gpus() else mx.cpu()
    net = gluon.nn.Dense(1)
    net.load_parameters(os.path.join(model_dir, "model.params"), ctx=ctx)
    return net


def transform_fn(net, data, input_content_type, output_content_type):
    if input_content_type != "application/json":
        raise ValueError("only application/json is understood")
    array = nd.array(json.loads(data))
    if output_content_type != "application/json":
        raise ValueError("only application/json is made")
    return json.dumps(net(array).asnumpy().tolist()), output_content_type
""",
    ),
    "inference, transform_fn": (
        "inference",
        _MODEL
        + """
def transform_fn(model, data, content_type, accept):
    rows = json.loads(data)
    predictions = [sum(w * x for w, x in zip(model, row)) for row in rows]
    return json.dumps(predictions), "application/json"
""",
    ),
    "decorators that keep the function": (
        "inference",
        """
import functools
import json
import time
"""
        + _MODEL
        + """
def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print(function.__name__, time.perf_counter() - start)

    return wrapper

@timed
def input_fn(data, content_type):
    if content_type == "application/json":
        return json.loads(data)
    raise ValueError(content_type)

@timed
def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "a class behind the functions": (
        "inference",
        """
import json
import os
from dataclasses import dataclass


@dataclass
class Request:
    rows: list

    @classmethod
    def parse(cls, body):
        return cls(rows=json.loads(body))


class Service:
    def __init__(self, model_dir):
        with open(os.path.join(model_dir, "weights.json")) as file:
            self._weights = json.load(file)

    def __call__(self, request):
        return [self._score(row) for row in request.rows]

    def _score(self, row):
        return sum(w * x for w, x in zip(self._weights, row))


def model_fn(model_dir):
    return Service(model_dir)


def input_fn(body, content_type):
    if content_type != "application/json":
        raise TypeError(content_type)
    return Request.parse(body)


def predict_fn(request, service):
    return service(request)
"""
        + _OUT,
    ),
    "bound methods as handlers": (
        "inference",
        """
import json

class Handler:
    def load(self, model_dir):
        return model_dir

    def read(self, body, content_type):
        if content_type == "application/json":
            return json.loads(body)
        raise ValueError(content_type)

    def predict(self, data, model):
        return data

    def write(self, prediction, accept):
        return json.dumps({"accept": accept, "prediction": prediction})

_handler = Handler()
model_fn = _handler.load
input_fn = _handler.read
predict_fn = _handler.predict
output_fn = _handler.write
""",
    ),
    "lambdas": (
        "inference",
        """
import json

model_fn = lambda model_dir: {"dir": model_dir}
input_fn = lambda body, content_type: json.loads(body)
predict_fn = lambda data, model: data
output_fn = lambda prediction, accept: (json.dumps(prediction), "application/json")
""",
    ),
    "functools.partial": (
        "inference@1.5.5",
        """
import json
from functools import partial

def _read(strict, body, content_type):
    if strict and content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(body)

def _score(scale, data, model):
    return [scale * value for value in data]

def model_fn(model_dir):
    return model_dir

input_fn = partial(_read, True)
predict_fn = partial(_score, 2.0)
"""
        + _OUT,
    ),
    "match on the content type": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    match content_type:
        case "application/json":
            return json.loads(data)
        case "text/csv" | "text/plain":
            return [float(x) for x in data.split(",")]
        case _:
            raise ValueError(f"unsupported: {content_type}")

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    match accept.split("/"):
        case ["application", "json"]:
            body = json.dumps(prediction)
        case ["text", "csv"]:
            body = ",".join(map(str, prediction))
        case other:
            raise ValueError(f"unsupported: {other}")
    return body
""",
    ),
    "try, finally": (
        "inference",
        """
import json
import os
import shutil
import tempfile
import zipfile

def model_fn(model_dir):
    return model_dir

def input_fn(data, content_type):
    if content_type != "application/zip":
        raise ValueError("send application/zip")
    folder = tempfile.mkdtemp()
    try:
        path = os.path.join(folder, "request.zip")
        with open(path, "wb") as file:
            file.write(data)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)

def predict_fn(files, model):
    return {name: len(content) for name, content in files.items()}
"""
        + _OUT,
    ),
    "helpers that always raise": (
        "inference",
        _MODEL
        + """
def _unsupported(what, value):
    message = "%s %r is not supported" % (what, value)
    raise ValueError(message)

def input_fn(data, content_type):
    if content_type == "application/json":
        return json.loads(data)
    else:
        _unsupported("content type", content_type)

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    if accept == "application/json":
        return json.dumps(prediction)
    _unsupported("accept", accept)
""",
    ),
    "NoReturn, and a return for the type checker": (
        "inference",
        """
import json
from typing import Any, NoReturn

def refuse(content_type: str) -> NoReturn:
    raise ValueError(content_type)

def model_fn(model_dir: str) -> Any:
    return model_dir

def input_fn(data: str, content_type: str) -> Any:
    if content_type == "application/json":
        return json.loads(data)
    refuse(content_type)
    return None

def predict_fn(data: Any, model: Any) -> Any:
    if isinstance(data, list):
        return data
    elif isinstance(data, dict):
        return list(data)
    else:
        raise TypeError(type(data))
    raise AssertionError("unreachable")
"""
        + _OUT,
    ),
    "globals in model_fn": (
        "inference",
        """
import json

def model_fn(model_dir):
    globals()["labels"] = ["cat", "dog"]
    globals()["net"] = model_dir
    return net

def predict_fn(data, model):
    return labels[len(data) % 2]
"""
        + _OUT,
    ),
    "global state set while loading": (
        "inference",
        """
import json
import os

_labels = None

def model_fn(model_dir):
    global _labels
    with open(os.path.join(model_dir, "labels.json")) as file:
        _labels = json.load(file)
    return model_dir

def predict_fn(data, model):
    return [_labels[i] for i in data]
"""
        + _OUT,
    ),
    "a star import": (
        "inference",
        """
import json
from handlers import *

def predict_fn(data, model):
    return scale(data, FACTOR)
""",
    ),
    "names from elsewhere": (
        "inference",
        """
from serving.core import input_fn, model_fn, output_fn, predict_fn

__all__ = ["input_fn", "model_fn", "output_fn", "predict_fn"]
""",
    ),
    "the toolkit's defaults wrapped": (
        "inference",
        """
from sagemaker_inference import content_types, decoder, encoder, errors

def model_fn(model_dir):
    return model_dir

def input_fn(data, content_type):
    if content_type not in (content_types.JSON, content_types.CSV):
        raise errors.UnsupportedFormatError(content_type)
    return decoder.decode(data, content_type)

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    return encoder.encode(prediction, accept), accept
""",
    ),
    "content type constants": (
        "inference",
        _MODEL
        + """
JSON_CONTENT_TYPE = "application/json"
CSV_CONTENT_TYPE = "text/csv"
SUPPORTED = {JSON_CONTENT_TYPE, CSV_CONTENT_TYPE}

def input_fn(data, content_type):
    if content_type not in SUPPORTED:
        raise ValueError(content_type)
    if content_type == JSON_CONTENT_TYPE:
        rows = json.loads(data)
    elif content_type == CSV_CONTENT_TYPE:
        rows = [line.split(",") for line in data.splitlines()]
    return rows

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "nested functions": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    def numbers(line):
        return [float(value) for value in line.split(",")]

    def lines():
        for line in data.splitlines():
            if line.strip():
                yield line

    if content_type == "text/csv":
        return [numbers(line) for line in lines()]
    raise ValueError(content_type)

def predict_fn(data, model):
    total = 0.0

    def add(row):
        nonlocal total
        total += sum(row)

    for row in data:
        add(row)
    return total
"""
        + _OUT,
    ),
    "walrus": (
        "inference",
        _MODEL
        + """
import re

def input_fn(data, content_type):
    if (found := re.match(r"application/(json|x-json)", content_type)) is None:
        raise ValueError(content_type)
    print(found.group(1))
    return json.loads(data)

def predict_fn(data, model):
    if (rows := data.get("instances")) is None:
        rows = [data]
    return [length for row in rows if (length := len(row))]
"""
        + _OUT,
    ),
    "generators in helpers": (
        "inference",
        _MODEL
        + """
def batches(rows, size):
    for start in range(0, len(rows), size):
        yield rows[start : start + size]

def input_fn(data, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(data)

def predict_fn(data, model):
    return [value for batch in batches(data, 8) for value in batch]
"""
        + _OUT,
    ),
    "while True": (
        "inference",
        _MODEL
        + """
import time

def predict_fn(data, model):
    attempt = 0
    while True:
        try:
            return remote(data, model)
        except ConnectionError:
            attempt += 1
            if attempt == 3:
                raise
            time.sleep(0.1)

def remote(data, model):
    return data
"""
        + _OUT,
    ),
    "for with else": (
        "inference",
        _MODEL
        + """
READERS = (("application/json", json.loads), ("text/plain", str))

def input_fn(data, content_type):
    for name, read in READERS:
        if name == content_type:
            value = read(data)
            break
    else:
        raise ValueError(content_type)
    return value

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "assert as validation": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    assert content_type == "application/json"
    return json.loads(data)

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    assert accept == "application/json"
    return json.dumps(prediction)
""",
    ),
    "an except that raises another": (
        "inference",
        _MODEL
        + '''
import logging

log = logging.getLogger(__name__)

class BadRequest(ValueError):
    """What the client sent cannot be read."""

def input_fn(data, content_type):
    if content_type != "application/json":
        raise BadRequest(content_type)
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        log.exception("no JSON")
        raise BadRequest(str(error)) from error

def predict_fn(data, model):
    try:
        rows = data["instances"]
    except (KeyError, TypeError):
        rows = data
    return rows
'''
        + _OUT,
    ),
    "a status through the context": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type, context):
    if content_type != "application/json":
        raise ValueError(content_type)
    return json.loads(data)

def predict_fn(data, model, context):
    try:
        return {"rows": len(data["rows"])}
    except KeyError as error:
        context.set_response_status(code=400, phrase="no rows")
        return {"error": f"missing {error}"}

def output_fn(prediction, accept, context):
    context.set_response_content_type(0, "application/json")
    return json.dumps(prediction)
""",
    ),
    "toolkit errors with a status": (
        "inference",
        _MODEL
        + """
from sagemaker_inference.errors import GenericInferenceToolkitError

def input_fn(data, content_type):
    if content_type == "application/json":
        return json.loads(data)
    raise GenericInferenceToolkitError(415, f"{content_type} is not supported")

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "an exception that is made first": (
        "inference",
        _MODEL
        + """
def _error(content_type):
    return ValueError(f"{content_type} is not supported")

def input_fn(data, content_type):
    error = None
    if content_type != "application/json":
        error = _error(content_type)
    if error is not None:
        raise error
    return json.loads(data)

def predict_fn(data, model):
    if not data:
        raise _error("nothing")
    return data
"""
        + _OUT,
    ),
    "no model": (
        "inference",
        '''
import json

def model_fn(model_dir):
    """There is nothing to load."""

def predict_fn(data, model):
    return [value * 2 for value in data]
'''
        + _OUT,
    ),
    "a model that may be missing": (
        "inference",
        """
import json
import os

def model_fn(model_dir):
    path = os.path.join(model_dir, "weights.json")
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return json.load(file)

def predict_fn(data, model):
    if model is None:
        return [0.0 for _ in data]
    return [w * x for w, x in zip(model, data)]
"""
        + _OUT,
    ),
    "conditional imports": (
        "inference",
        """
import os
try:
    import orjson as json_library
except ImportError:
    import json as json_library

if os.environ.get("FAST"):
    from fast import score
else:
    def score(rows):
        return rows

def model_fn(model_dir):
    return model_dir

def input_fn(data, content_type):
    if content_type == "application/json":
        return json_library.loads(data)
    raise ValueError(content_type)

def predict_fn(data, model):
    return score(data)

def output_fn(prediction, accept):
    if accept == "application/json":
        return json_library.dumps(prediction)
    raise ValueError(accept)
""",
    ),
    "type checking imports": (
        "inference",
        """
from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

def model_fn(model_dir: str) -> np.ndarray:
    from numpy import load
    return load(f"{model_dir}/weights.npy")

def predict_fn(data: list[float], model: np.ndarray) -> list[float]:
    return (model * data).tolist()
"""
        + _OUT,
    ),
    "a handler per branch": (
        "inference",
        """
import json
import os

if os.environ.get("MODE") == "echo":
    def predict_fn(data, model):
        return data
else:
    def predict_fn(data, model):
        return [value + model for value in data]

def model_fn(model_dir):
    return 1
"""
        + _OUT,
    ),
    "other functions of the module": (
        "inference",
        """
import json

def load_model(path, quantized=False):
    return path

def preprocess(text):
    return text.strip().lower()

def predict(text, net):
    return len(preprocess(text))

def postprocess(value):
    return {"length": value}

def model_fn(model_dir):
    return load_model(model_dir)

def predict_fn(data, model):
    return postprocess(predict(data["text"], model))
"""
        + _OUT,
    ),
    "bytes of any type": (
        "inference",
        """
import json

def model_fn(model_dir):
    return 1

def input_fn(data, content_type):
    text = bytes(data).decode("utf-8") if isinstance(data, (bytes, bytearray)) else data
    if "json" in content_type:
        return json.loads(text)
    return [text]

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    if "csv" in accept:
        return "\\n".join(map(str, prediction)), "text/csv"
    return json.dumps(prediction), "application/json"
""",
    ),
    "npy without pickles": (
        "inference",
        """
import io
import os
import numpy as np

def model_fn(model_dir):
    return np.load(os.path.join(model_dir, "weights.npy"))

def input_fn(data, content_type):
    if content_type == "application/x-npy":
        return np.load(io.BytesIO(data), allow_pickle=False)
    raise ValueError(content_type)

def predict_fn(data, model):
    return data @ model

def output_fn(prediction, accept):
    if accept == "application/x-npy":
        buffer = io.BytesIO()
        np.save(buffer, prediction)
        return buffer.getvalue(), accept
    raise ValueError(accept)
""",
    ),
    "a bucket that the environment names": (
        "inference",
        """
import json
import os
import boto3

s3 = boto3.client("s3")

def model_fn(model_dir):
    return model_dir

def predict_fn(data, model):
    s3.put_object(Bucket=os.environ["RESULTS"], Key="last.json", Body=json.dumps(data))
    return data
"""
        + _OUT,
    ),
    "a list of hosts": (
        "inference",
        """
import json
from urllib.parse import urlparse
import requests

ALLOWED = {"images.example.com"}

def model_fn(model_dir):
    return model_dir

def input_fn(data, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    url = json.loads(data)["url"]
    if urlparse(url).hostname not in ALLOWED:
        raise ValueError("this host is not allowed")
    return requests.get(url, timeout=5).content

def predict_fn(data, model):
    return len(data)
"""
        + _OUT,
    ),
    "a logger in an except that goes on": (
        "inference",
        _MODEL
        + """
import logging

def predict_fn(data, model):
    scores = []
    for row in data:
        try:
            scores.append(float(row["x"]) / float(row["y"]))
        except ZeroDivisionError:
            logging.warning("a row without y")
            scores.append(float("inf"))
    return scores
"""
        + _OUT,
    ),
    "another way where the first fails": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    try:
        return json.loads(data)
    except ValueError:
        return [json.loads(line) for line in data.splitlines()]

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "recursion that ends": (
        "inference",
        _MODEL
        + """
def predict_fn(data, model):
    if isinstance(data, list):
        return [predict_fn(row, model) for row in data]
    return data * 2

def output_fn(prediction, accept):
    if accept == "*/*":
        return output_fn(prediction, "application/json")
    if accept != "application/json":
        raise ValueError(accept)
    return json.dumps(prediction), accept
""",
    ),
    "wrapped under another name": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    if content_type == "application/json":
        return json.loads(data)
    raise ValueError(content_type)

_plain_input_fn = input_fn

def input_fn(data, content_type):
    value = _plain_input_fn(data, content_type)
    return value["instances"] if isinstance(value, dict) else value

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "a default for the content type": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type=None):
    content_type = content_type or "application/json"
    if content_type == "application/json":
        return json.loads(data)
    raise ValueError(content_type)

def predict_fn(data, model, _=None):
    return data
"""
        + _OUT,
    ),
    "sibling constants and a data class": (
        "inference",
        """
import enum
import json

class Kind(str, enum.Enum):
    JSON = "application/json"
    CSV = "text/csv"

def model_fn(model_dir):
    return model_dir

def input_fn(data, content_type):
    kind = Kind(content_type)
    if kind is Kind.JSON:
        return json.loads(data)
    if kind is Kind.CSV:
        return data.split(",")
    raise AssertionError(kind)

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "suppressed and deleted": (
        "inference",
        _MODEL
        + """
import contextlib

def predict_fn(data, model):
    threshold = 0.5
    with contextlib.suppress(KeyError, TypeError):
        threshold = data["threshold"]
    rows = data["rows"] if isinstance(data, dict) else data
    copy = list(rows)
    del rows
    return [value > threshold for value in copy]
"""
        + _OUT,
    ),
    "a lock and a lazy load": (
        "inference",
        """
import json
import threading

_lock = threading.Lock()
_cache = {}

def model_fn(model_dir):
    return model_dir

def predict_fn(data, model):
    with _lock:
        net = _cache.get(model)
        if net is None:
            net = _cache.setdefault(model, len(model))
    return [net + value for value in data]
"""
        + _OUT,
    ),
    "asyncio inside": (
        "inference",
        _MODEL
        + """
import asyncio

async def _score(row):
    await asyncio.sleep(0)
    return sum(row)

async def _all(rows):
    return await asyncio.gather(*(_score(row) for row in rows))

def predict_fn(data, model):
    return list(asyncio.run(_all(data)))
"""
        + _OUT,
    ),
    "a coroutine that the next function runs": (
        "inference",
        _MODEL
        + """
import asyncio

async def predict_fn(data, model):
    await asyncio.sleep(0)
    return data

def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(accept)
    return json.dumps(asyncio.run(prediction))
""",
    ),
    "sagemaker_containers": (
        "sklearn",
        """
import json
import os
import joblib
from sagemaker_containers.beta.framework import content_types, encoders, worker

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def input_fn(data, content_type):
    if content_type == content_types.JSON:
        return json.loads(data)
    return encoders.decode(data, content_type)

def output_fn(prediction, accept):
    if accept == "application/json":
        return worker.Response(json.dumps(prediction.tolist()), mimetype=accept)
    elif accept == "text/csv":
        return worker.Response(encoders.encode(prediction, accept), mimetype=accept)
    else:
        raise RuntimeError("{} accept type is not supported by this script.".format(accept))
""",
    ),
    "joined conditions": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    is_json = content_type == "application/json"
    is_csv = content_type == "text/csv"
    if not (is_json or is_csv):
        raise ValueError(content_type)
    if is_json:
        rows = json.loads(data)
    if is_csv:
        rows = data.split(",")
    return rows

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "a ternary of two types": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    if content_type not in ("application/json", "text/csv"):
        raise ValueError(content_type)
    return json.loads(data) if content_type == "application/json" else data.split(",")

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    if accept not in ("application/json", "text/csv"):
        raise ValueError(accept)
    return json.dumps(prediction) if accept == "application/json" else ",".join(map(str, prediction))
""",
    ),
    "keyword-only helpers and defaults": (
        "inference",
        _MODEL
        + """
def _parse(text, *, separator=",", kind=float):
    return [kind(value) for value in text.split(separator) if value]

def input_fn(data, content_type, /):
    if content_type.lower().startswith("text/csv"):
        return _parse(data)
    if content_type.lower().startswith("text/tab-separated-values"):
        return _parse(data.decode(), separator="\\t")
    raise ValueError(content_type)

def predict_fn(data, model, /):
    return data
"""
        + _OUT,
    ),
    "a script of one model archive for tensorflow": (
        "inference",
        """
import json

def input_handler(data, context):
    if context.request_content_type == "application/json":
        return data.read().decode("utf-8")
    raise ValueError(context.request_content_type)

def output_handler(response, context):
    if response.status_code != 200:
        raise Exception(response.content.decode("utf-8"))
    return response.content, context.accept_header
""",
    ),
    "a loop that always binds": (
        "inference",
        _MODEL
        + """
def predict_fn(data, model):
    for attempt in range(3):
        result = [value + attempt for value in data]
        if result:
            break
    return result
"""
        + _OUT,
    ),
    "a name bound in try and in except": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    try:
        parsed = json.loads(data)
    except ValueError:
        parsed = {"text": data}
    else:
        parsed = parsed or {}
    return parsed

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
    "with that returns": (
        "inference",
        """
import json
import os
import numpy as np
import torch

def model_fn(model_dir):
    return torch.jit.load(os.path.join(model_dir, "model.pt"), map_location="cpu")

def predict_fn(data, model):
    with torch.no_grad(), torch.autocast("cpu"):
        return np.asarray(model(data))

def output_fn(prediction, accept):
    try:
        return json.dumps(prediction.tolist()), "application/json"
    except AttributeError as error:
        raise TypeError("no array") from error
""",
    ),
    "a registry of encoders": (
        "inference",
        _MODEL
        + """
_ENCODERS = {}

def encoder(media_type):
    def register(function):
        _ENCODERS[media_type] = function
        return function
    return register

@encoder("application/json")
def _to_json(prediction):
    return json.dumps(prediction)

@encoder("text/csv")
def _to_csv(prediction):
    return ",".join(map(str, prediction))

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    encode = _ENCODERS.get(accept)
    if encode is None:
        raise ValueError(f"{accept} is not one of {sorted(_ENCODERS)}")
    return encode(prediction), accept
""",
    ),
    "exit codes and a command line of its own": (
        "pytorch",
        """
import sys
import torch

def model_fn(model_dir):
    return torch.jit.load(model_dir + "/model.pt", map_location="cpu")

def check(argv):
    if len(argv) != 2:
        print("usage: inference.py MODEL_DIR", file=sys.stderr)
        sys.exit(2)
    print(model_fn(argv[1]))

if __name__ == "__main__":
    check(sys.argv)
""",
    ),
    "environment with defaults at import": (
        "inference",
        """
import json
import os

BATCH = int(os.environ.get("BATCH", "8"))
NAME = os.getenv("SAGEMAKER_PROGRAM", "inference.py")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["OMP_NUM_THREADS"] = "1"
THREADS = os.environ["OMP_NUM_THREADS"]

def model_fn(model_dir):
    return BATCH

def predict_fn(data, model):
    return data[:model]
"""
        + _OUT,
    ),
    "labels beside the script": (
        "inference",
        """
import json
import os
from pathlib import Path

HERE = Path(__file__).parent
LABELS = json.loads((HERE / "labels.json").read_text()) if (HERE / "labels.json").exists() else ["no", "yes"]

def model_fn(model_dir):
    return Path(model_dir, "model.txt").read_text()

def predict_fn(data, model):
    return [LABELS[int(value > 0)] for value in data]
"""
        + _OUT,
    ),
    "errors among the results of a batch": (
        "inference",
        _MODEL
        + """
def predict_fn(data, model):
    results = []
    for row in data:
        try:
            results.append({"score": model[row]})
        except Exception as error:
            results.append({"error": str(error)})
    return results
"""
        + _OUT,
    ),
    "text classes": (
        "inference",
        _MODEL
        + """
def predict_fn(data, model):
    label = "failed" if data["score"] < 0.5 else "passed"
    return {"status": label, "errors": data.get("errors", 0), "score": data["score"]}
"""
        + _OUT,
    ),
    "overloads and protocols": (
        "inference",
        """
import json
from typing import Protocol, overload

class Model(Protocol):
    def predict(self, rows: list) -> list: ...

@overload
def clean(value: str) -> str: ...
@overload
def clean(value: bytes) -> str: ...
def clean(value):
    return value.decode() if isinstance(value, bytes) else value

def model_fn(model_dir):
    return model_dir

def input_fn(data, content_type):
    if content_type in {"application/json", "application/json; charset=utf-8"}:
        return json.loads(clean(data))
    raise NotImplementedError(content_type)

def predict_fn(data: list, model: Model) -> list:
    return model.predict(data)
"""
        + _OUT,
    ),
    "an iterator handed to the response": (
        "inference",
        _MODEL
        + """
def input_fn(data, content_type):
    if content_type != "application/jsonlines":
        raise ValueError(content_type)
    return (json.loads(line) for line in data.splitlines())

def predict_fn(rows, model):
    return map(len, rows)

def output_fn(prediction, accept):
    if accept == "application/jsonlines":
        return "\\n".join(json.dumps(value) for value in prediction), accept
    raise ValueError(accept)
""",
    ),
    "tests in the same file": (
        "inference",
        """
import json
import unittest

def model_fn(model_dir):
    return 1

def predict_fn(data, model):
    return [value + model for value in data]

class Test(unittest.TestCase):
    def test_predict(self):
        self.assertEqual(predict_fn([1], model_fn("")), [2])
        ValueError("built to be looked at")

if __name__ == "__main__":
    unittest.main()
"""
        + _OUT,
    ),
    "a notebook's leftovers under the guard": (
        "huggingface",
        """
import json
import torch
from transformers import AutoModel, AutoTokenizer

def model_fn(model_dir):
    return AutoModel.from_pretrained(model_dir), AutoTokenizer.from_pretrained(model_dir)

def predict_fn(data, model):
    net, tokenizer = model
    with torch.no_grad():
        return net(**tokenizer(data["inputs"], return_tensors="pt")).last_hidden_state.mean(1).tolist()

def output_fn(prediction, accept):
    if accept != "application/json":
        raise ValueError(accept)
    return json.dumps(prediction)

if __name__ == "__main__":
    net = AutoModel.from_pretrained("bert-base-uncased").cuda()
    net.save_pretrained("model")
    AutoTokenizer.from_pretrained("bert-base-uncased").save_pretrained("model")
    model = model_fn("model")
    print(predict_fn({"inputs": "hello"}, model))
""",
    ),
    "stub bodies of an abstract base": (
        "inference",
        """
import abc
import json

class Base(abc.ABC):
    @abc.abstractmethod
    def predict(self, rows):
        raise NotImplementedError
        return rows

class Double(Base):
    def predict(self, rows):
        return [2 * row for row in rows]

def model_fn(model_dir):
    return Double()

def predict_fn(data, model):
    return model.predict(data)
"""
        + _OUT,
    ),
    "a context manager of its own": (
        "inference",
        _MODEL
        + """
from contextlib import contextmanager

@contextmanager
def refusing(what):
    try:
        yield
    except (KeyError, ValueError) as error:
        raise ValueError(f"bad {what}") from error

def input_fn(data, content_type):
    if content_type != "application/json":
        raise ValueError(content_type)
    with refusing("body"):
        return json.loads(data)["instances"]

def predict_fn(data, model):
    return data
"""
        + _OUT,
    ),
}

ALLOWED: dict[str, dict[str, str]] = {}
"""By script, the codes that a check rightly reports of it, each with the reason."""
