"""Faults planted into the correct examples: each a small edit that a review may well let pass."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One edit of an example's script: `old`, which stands there once, becomes `new`."""

    example: str
    name: str
    old: str
    new: str


_ORDINAL = (
    ("one parameter less", "def input_fn(body, content_type):", "def input_fn(body):"),
    ("two parameters more", "def predict_fn(numbers, greeting):", "def predict_fn(numbers, greeting, a, b):"),
    ("parameters swapped", "def predict_fn(numbers, greeting):", "def predict_fn(model, data):"),
    ("a near name", "def output_fn(sentences, accept):", "def output_func(sentences, accept):"),
    ("no model_fn", "def model_fn(model_dir):", "def load_model(model_dir):"),
    ("asynchronous", "def predict_fn(numbers, greeting):", "async def predict_fn(numbers, greeting):"),
    ("a generator", '    return "".join(f"{sentence}', '    yield "".join(f"{sentence}'),
    ("another file", '"greeting.txt"', '"greetings.txt"'),
    ("a fixed path", 'os.path.join(model_dir, "greeting.txt")', '"/srv/model/greeting.txt"'),
    ("the model is not returned", "        return file.read().strip()", "        file.read().strip()"),
    (
        "a refusal is returned",
        '        raise ValueError(f"unsupported content type',
        '        return ValueError(f"unsupported content type',
    ),
    (
        "a refusal is dropped",
        '        raise ValueError(f"unsupported accept {accept!r}: ask for text/csv")',
        '        ValueError(f"unsupported accept {accept!r}: ask for text/csv")',
    ),
    (
        "nothing for another type",
        '        raise ValueError(f"unsupported content type {content_type!r}: send text/csv")\n    return [int',
        "        return None\n    return [int",
    ),
    ("body taken for bytes", "body.strip().split", "body.decode().strip().split"),
    ("the first field only", 'body.strip().split(",")]', 'body.strip().split(",")[:1]]'),
    ("a list is taken for text", "body.strip().split", "body.split().strip"),
    ("a name that is not there", "for number in numbers]", "for number in values]"),
    (
        "the output is no text",
        '    return "".join(f"{sentence}\\n" for sentence in sentences), accept',
        "    return sentences, accept",
    ),
    ("the wrong label", "for sentence in sentences), accept", 'for sentence in sentences), "application/json"'),
    ("nothing is returned", '    return "".join(', '    "".join('),
    (
        "exits on another type",
        '        raise ValueError(f"unsupported content type {content_type!r}: send text/csv")',
        "        os._exit(1)",
    ),
    (
        "argument parser at import",
        "SUFFIXES = {",
        "import argparse\n\nargparse.ArgumentParser().parse_args()\nSUFFIXES = {",
    ),
    ("variable of training at import", "SUFFIXES = {", 'CHANNEL = os.environ["SM_CHANNEL_TRAIN"]\nSUFFIXES = {'),
    (
        "remembers requests",
        '    return [f"{greeting} for',
        '    SUFFIXES[len(SUFFIXES) + 1] = "th"\n    return [f"{greeting} {len(SUFFIXES)} for',
    ),
    ("semicolons", 'body.strip().split(",")', 'body.strip().split(";")'),
    (
        "the bytes' own text",
        '    return "".join(f"{sentence}\\n" for sentence in sentences), accept',
        '    return str("".join(f"{sentence}\\n" for sentence in sentences).encode()), accept',
    ),
)

_WINE = (
    ("the last row is dropped", "    return rows\n\n\ndef predict_fn", "    return rows[:-1]\n\n\ndef predict_fn"),
    ("the first row is taken for a header", "for line in body.splitlines() if", "for line in body.splitlines()[1:] if"),
    (
        "the last column is dropped",
        "return model.predict_proba(rows)",
        "return model.predict_proba(rows)[:, :-1][:, :1][0]",
    ),
    ("only the first row is answered", "return model.predict_proba(rows)", "return model.predict_proba(rows)[:1]"),
    ("one number", "return model.predict_proba(rows)", "return model.predict(rows).item()"),
    ("another method", "model.predict_proba(rows)", "model.predict_probabilities(rows)"),
    (
        "text for JSON",
        "return json.dumps(prediction.tolist()), accept",
        'return str(prediction.tolist()).replace("[", "("), accept',
    ),
    (
        "JSON within JSON",
        "return json.dumps(prediction.tolist()), accept",
        "return json.dumps(json.dumps(prediction.tolist())), accept",
    ),
    ("an array in JSON", "json.dumps(prediction.tolist())", "json.dumps(prediction)"),
    (
        "accepts swapped",
        '    if accept == "text/csv":\n        lines',
        '    if accept == "application/x-npy":\n        lines',
    ),
    (
        "CSV under the label of JSON",
        'return "\\n".join(lines) + "\\n", accept',
        'return "\\n".join(lines) + "\\n", "application/json"',
    ),
    ("columns of CSV glued", '",".join(str(value) for value in row)', '"".join(str(value) for value in row)'),
    (
        "CSV loses its last line",
        'return "\\n".join(lines) + "\\n", accept',
        'return "\\n".join(lines[:-1]) + "\\n", accept',
    ),
    ("rounded in CSV", "str(value) for value in row", "str(round(value)) for value in row"),
    ("the buffer instead of its bytes", "return buffer.getvalue(), accept", "return buffer, accept"),
    ("raw bytes for NPY", "return buffer.getvalue(), accept", "return prediction.tobytes(), accept"),
    ("raw bytes taken for NPY", "np.load(io.BytesIO(body), allow_pickle=False)", "np.frombuffer(body).reshape(-1, 13)"),
    ("NPY unpickled", "allow_pickle=False", "allow_pickle=True"),
    ("JSON read from a file", "json.loads(body)", "json.load(body)"),
    ("CSV taken for bytes", "body.splitlines() if", 'body.decode("utf-8").splitlines() if'),
    (
        "half precision",
        "np.array(json.loads(body), dtype=float)",
        'np.array(json.loads(body), dtype="float16").astype(float)',
    ),
    ("whole numbers", "np.array(json.loads(body), dtype=float)", "np.array(json.loads(body), dtype=int)"),
    ("rows sorted", "    return rows\n\n\ndef predict_fn", "    return np.sort(rows, axis=0)\n\n\ndef predict_fn"),
    ("answers sorted", "return model.predict_proba(rows)", "return np.sort(model.predict_proba(rows), axis=0)"),
    ("scaled by the batch", "return model.predict_proba(rows)", "return model.predict_proba(rows - rows.mean(axis=0))"),
    ("random", "return model.predict_proba(rows)", "return model.predict_proba(rows + np.random.rand(*rows.shape))"),
    (
        "the text of the exception is served",
        "    return model.predict_proba(rows)",
        "    try:\n        return model.predict_probabilities(rows)\n"
        "    except Exception as error:\n        return np.array([str(error)])",
    ),
    (
        "any type is JSON",
        '    if content_type == "application/json":',
        '    if content_type != "text/csv" and content_type != "application/x-npy":',
    ),
    (
        "any accept is JSON",
        '    if accept == "application/json":',
        '    if accept not in ("text/csv", "application/x-npy"):',
    ),
    ("a tuple of three", "return json.dumps(prediction.tolist()), accept", "return json.dumps(prediction.tolist())"),
    (
        "transform_fn beside",
        "def predict_fn(rows, model):",
        "def transform_fn(model, body, content_type, accept):\n    return body\n\n\ndef predict_fn(rows, model):",
    ),
    (
        "the input is changed",
        "    return model.predict_proba(rows)",
        "    rows -= 1\n    return model.predict_proba(rows)",
    ),
    (
        "a list grows",
        "    return model.predict_proba(rows)",
        "    SEEN.append(rows.copy())\n    return model.predict_proba(rows) + len(SEEN)",
    ),
    ("an empty buffer", "return buffer.getvalue(), accept", "return buffer.read(), accept"),
    ("columns for rows in JSON", "json.dumps(prediction.tolist())", "json.dumps(prediction.T.tolist())"),
    ("lines joined by blanks", '"\\n".join(lines) + "\\n"', '" ".join(lines)'),
    (
        "a type that is none",
        "return json.dumps(prediction.tolist()), accept",
        'return json.dumps(prediction.tolist()), "text/json"',
    ),
    (
        "the first answer is kept",
        "    return model.predict_proba(rows)",
        "    if not SEEN:\n        SEEN.append(model.predict_proba(rows))\n    return SEEN[0]",
    ),
    ("the best of each column", "return model.predict_proba(rows)", "return model.predict_proba(rows).argmax(axis=0)"),
    (
        "a file for each request",
        "    return model.predict_proba(rows)",
        "    import tempfile\n\n    np.save(tempfile.mkstemp(suffix='.npy')[1], rows)\n"
        "    return model.predict_proba(rows)",
    ),
)

_TUMOURS = (
    ("left in training", "    model.eval()\n", ""),
    ("gradients kept", "    with torch.no_grad():\n        return model(rows)", "    return model(rows)"),
    ("the first row only", "        return model(rows)", "        return model(rows)[0]"),
    ("one number", "        return model(rows)", "        return model(rows).item()"),
    (
        "rows glued",
        "dtype=torch.float32)\n\n\ndef predict_fn",
        "dtype=torch.float32).reshape(1, -1)\n\n\ndef predict_fn",
    ),
    ("double precision", "torch.tensor(rows, dtype=torch.float32)", "torch.tensor(rows, dtype=torch.float64)"),
    ("whole numbers", "torch.tensor(rows, dtype=torch.float32)", "torch.tensor(rows, dtype=torch.int32).float()"),
    ("a tensor in JSON", 'json.dumps({"predictions": values})', 'json.dumps({"predictions": prediction})'),
    ("a tensor is returned", 'return json.dumps({"predictions": values}), accept', "return prediction, accept"),
    ("all dimensions squeezed", "prediction.squeeze(1).tolist()", "prediction.squeeze().tolist()"),
    ("on a GPU", "    model.eval()\n", "    model.eval()\n    model.cuda()\n"),
    ("not mapped", ', map_location="cpu"', ""),
    # Not where JSON is asked for: what is neither text nor bytes is sent as JSON by multi-model-server and TorchServe.
    (
        "a dict for CSV",
        'return "\\n".join(str(value) for value in values), accept',
        'return {"predictions": values}, accept',
    ),
    ("the state is the model", "    return model\n", "    return state\n"),
    ("another key", '        rows = document["instances"]', '        rows = document["inputs"]'),
    ("the last line is dropped", "body.strip().splitlines()]", 'body.strip().split("\\n")[:-1]]'),
    (
        "learns while it serves",
        "    with torch.no_grad():\n        return model(rows)",
        "    with torch.no_grad():\n        model.layers[4].bias += 0.01\n        return model(rows)",
    ),
    ("the last line break is a line", "body.strip().splitlines()]", 'body.split("\\n")]'),
    (
        "a dimension more",
        "return torch.tensor(rows, dtype=torch.float32)",
        "return torch.tensor(rows, dtype=torch.float32).unsqueeze(0)",
    ),
    ("weights not loaded", "    model.load_state_dict(state)\n", ""),
    ("a list as text", 'json.dumps({"predictions": values})', 'json.dumps({"predictions": str(values)})'),
)

FAULTS = tuple(
    Fault(example, *edit)
    for example, edits in (("ordinal", _ORDINAL), ("wine", _WINE), ("tumours", _TUMOURS))
    for edit in edits
)


def planted(source: str, fault: Fault) -> str:
    """Return a script with a fault; raises `ValueError` where the edited text does not stand in it once."""
    if source.count(fault.old) != 1:
        raise ValueError(f"{fault.example}, {fault.name}: {source.count(fault.old)} places for {fault.old!r}")
    edited = source.replace(fault.old, fault.new)
    # A module's own list, where a fault keeps something in one.
    return edited.replace("\n\n\ndef ", "\n\nSEEN = []\n\n\ndef ", 1) if "SEEN" in fault.new else edited
