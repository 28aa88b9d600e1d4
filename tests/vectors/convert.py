"""Makes `STACK@VERSION.json` files from shared recordings, for the stacks that cannot be recorded here; see README.md.

`python tests/vectors/convert.py RECORDED [STACK@VERSION ...]`: RECORDED is a directory with `cases.json`,
`observed/` and `scripts_observed/`; without names every stack of the table is written.
"""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

LONGEST = 150
PARTS = ("requests", "predictions", "scripts")


class Source(NamedTuple):
    """A recording: its file under `observed/`, the one under `scripts_observed/`, and what made it."""

    observed: str
    scripts: str | None
    toolkit: str
    version: str
    server: str
    server_version: str
    # The shared recordings do not say which release of numpy 2 they were made with.
    numpy: str = "2"


_FLASK = ("sagemaker-containers", "2.8.6.post2", "Flask", "3.1.3")
_MMS = ("sagemaker-inference", "1.5.5", "multi-model-server", "1.1.11")
_HF = ("sagemaker-huggingface-inference-toolkit", "2.6.0", "multi-model-server", "1.1.11", "1.26")
_MXNET = ("sagemaker-mxnet-inference", "1.5.5", "multi-model-server", "1.1.11", "1.23.5")
STACKS = {
    "huggingface@2.6.0": Source("hf", "hf", *_HF),
    "mxnet@1.5.5": Source("mxnet-gluon", "mxnet-gluon", *_MXNET),
    "mxnet@1.5.5+module": Source("mxnet-module", None, *_MXNET),
    "sklearn@2.8.6.post2": Source("sklearn-flask", "sklearn-flask", *_FLASK),
    "sklearn-mme@1.5.5": Source("sklearn-mms@1.5.5", None, *_MMS),
    "sklearn-mme@1.5.5+patched": Source("sklearn-mms@patched", "sklearn-mms", *_MMS),
    "xgboost@2.8.6.post2": Source("xgb-flask", "xgb-flask", *_FLASK),
    "xgboost-mme@1.5.5": Source("xgb-mms", "xgb-mms", *_MMS),
}

_AS_BYTES = "the recorder handed over bytes; the server's worker hands over a bytearray, which the decoder cannot split"
_MISSING = "the recorder wrote a missing value as 0"
_TYPE_ERROR = [500, "TypeError", None, None, None, None]
_WITH_MISSING = [200, None, "xgboost.DMatrix", None, "(1, 3)", "[[1.0, nan, 3.0]]"]
_PARAMETERS = ("; charset=utf-8", ";charset=utf-8", "; header=present", ";label_size=0")
# What the real container does instead (its source was run with bytearrays), by stack and case, and why.
CORRECTED: dict[str, dict[str, tuple[list[Any], str]]] = {
    "xgboost@2.8.6.post2": {"csv missing value": (_WITH_MISSING, _MISSING)},
    "xgboost-mme@1.5.5": {
        "csv missing value": (_WITH_MISSING, _MISSING),
        **{f"text/csv{parameter}": (_TYPE_ERROR, _AS_BYTES) for parameter in _PARAMETERS},
    },
}


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def cause(text: str | None) -> str | None:
    """Return the class of the innermost of `A: x <- module.B: y`."""
    return text.rpartition(" <- ")[2].partition(":")[0].rpartition(".")[2] if text else None


def cut(text: str | None) -> str | None:
    return text[:LONGEST] if text is not None else None


def request(one: Any) -> list[Any]:
    """Return `[status, exception, type, dtype, shape, repr]` of what the default `input_fn` made of a body."""
    value = one["dec"] or {}
    described = [value.get(key) for key in ("type", "dtype", "shape")]
    return [one["status"], cause(one["exc"]), *described, cut(value.get("repr"))]


def prediction(one: Any, headers: Any) -> list[Any]:
    """Return `[prediction, accept, status, exception, content_type, body]` of what the default `output_fn` sent."""
    body = cut(one["body"]) if one["status"] == 200 else None
    return [one["case"], headers[one["accept"]], one["status"], cause(one["exc"]), one["ct"], body]


def script(one: Any) -> list[Any]:
    """Return `[case, content_type, accept, status, content_type, phrase, body, load_error]` of a whole script."""
    answered = [one.get("status"), one.get("ct"), one.get("phrase", one.get("msg"))]
    return [one["case"], *(one["req"] or (None, None)), *answered, cut(one.get("body")), cut(one.get("load_error"))]


def convert(recorded: Path, stack: str) -> dict[str, Any]:
    """Return the document of one stack."""
    source, corrected = STACKS[stack], CORRECTED.get(stack, {})
    cases = json.loads((recorded / "cases.json").read_text(encoding="utf-8"))
    headers = {entry["accept"]: entry["header"] for entry in cases["accepts_for_acc"]}
    observed = lines(recorded / "observed" / f"{source.observed}.jsonl")
    scripts = lines(recorded / "scripts_observed" / f"{source.scripts}.jsonl") if source.scripts else []
    about: dict[str, Any] = {
        "toolkit": source.toolkit,
        "version": source.version,
        "server": source.server,
        "server_version": source.server_version,
        "numpy": source.numpy,
        "python": "3.11.7",
        "source": "shared",
    }
    if corrected:
        about["corrected"] = {case: why for case, (_, why) in corrected.items()}
    requests = {one["case"]: request(one) for one in observed if one["dir"] == "in"}
    return {
        "recorded_with": about,
        "requests": {**requests, **{case: row for case, (row, _) in corrected.items()}},
        "predictions": [prediction(one, headers) for one in observed if one["dir"] in ("out", "acc")],
        "scripts": [script(one) for one in scripts],
    }


def dump(document: Any) -> str:
    """Return JSON with one line per case, so that a difference is readable."""

    def row(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = [f'"recorded_with": {row(document["recorded_with"])}']
    for name in PARTS:
        rows = document[name]
        if isinstance(rows, dict):
            inner = ",\n".join(f"{row(case)}: {row(value)}" for case, value in rows.items())
            parts.append(f'"{name}": {{\n{inner}\n}}')
        else:
            inner = ",\n".join(row(value) for value in rows)
            parts.append(f'"{name}": [\n{inner}\n]' if rows else f'"{name}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def is_recorded(path: Path) -> bool:
    """Whether the recorder wrote a file: what it saw itself is worth more than a shared recording."""
    return path.exists() and json.loads(path.read_text(encoding="utf-8"))["recorded_with"].get("source") != "shared"


if __name__ == "__main__":
    for stack in sys.argv[2:] or STACKS:
        file = Path(__file__).with_name(f"{stack}.json")
        if not is_recorded(file):
            file.write_text(dump(convert(Path(sys.argv[1]), stack)), encoding="utf-8")
