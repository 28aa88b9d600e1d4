"""Makes the vectors of this directory from a recorder's output; see README.md."""

import json
import sys
from pathlib import Path
from typing import Any

STACKS = {
    "inference@1.10.1": "generic@1.10.1",
    "inference@1.5.5": "generic@1.5.5",
    "pytorch@2.0.25": "pytorch",
    "sklearn@2.8.6.post2": "sklearn-flask",
}
# What predict_fn returned in the recordings of pytorch alone.
TENSORS = {
    "tensor f4": "torch.tensor([[1.5, 2.0]])",
    "tensor grad": "torch.tensor([1.5], requires_grad=True)",
    "tensor bf16": "torch.tensor([1.5], dtype=torch.bfloat16)",
    "Parameter": "torch.nn.Parameter(torch.tensor([1.5]))",
    "tuple of tensors": "(torch.tensor([1.0]), torch.tensor([2.0]))",
    "dict of tensor": '{"a": torch.tensor([1.0])}',
    "list of tensors": "[torch.tensor([1.0]), torch.tensor([2.0])]",
}


def lines(path: Any) -> Any:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def cause(text: Any) -> Any:
    """Return the class of the innermost of `A: x <- module.B: y`."""
    return text.rpartition(" <- ")[2].partition(":")[0].rpartition(".")[2] if text else None


def convert(recorded: Any) -> Any:
    cases = json.loads((recorded / "cases.json").read_text(encoding="utf-8"))
    headers = {entry["accept"]: entry["header"] for entry in cases["accepts_for_acc"]}
    requests = {
        case["case"]: [
            case["headers"].get("Content-Type"),
            case["headers"].get("Accept"),
            case["body_base64"],
        ]
        for case in cases["in"]
    }
    decoded: dict[str, Any] = {}
    encoded: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    for stack, recording in STACKS.items():
        observed = lines(recorded / "observed" / f"{recording}.jsonl")
        decoded[stack] = {}
        for one in (one for one in observed if one["dir"] == "in"):
            value = one["dec"] or {}
            decoded[stack][one["case"]] = [
                one["status"],
                cause(one["exc"]),
                *(value.get(key) for key in ("type", "dtype", "shape", "repr")),
            ]
        encoded[stack] = [
            [
                one["case"],
                headers[one["accept"]],
                one["status"],
                cause(one["exc"]),
                one["ct"],
                one["body"] if one["status"] == 200 else None,
            ]
            for one in observed
            if one["dir"] in ("out", "acc")
        ]
        answers[stack] = [
            [
                one["case"],
                *(one["req"] or (None, None)),
                one.get("status"),
                one.get("ct"),
                one.get("phrase"),
                one.get("body"),
                one.get("load_error"),
            ]
            for one in lines(recorded / "scripts_observed" / f"{recording}.jsonl")
        ]
    predictions = {**cases["predictions"], **TENSORS}
    scripts = json.loads((recorded / "scripts.json").read_text(encoding="utf-8"))
    return {
        "requests": {"requests": requests, "observed": decoded},
        "predictions": {"predictions": predictions, "observed": encoded},
        "scripts": {"scripts": scripts, "observed": answers},
    }


def dump(document: Any) -> Any:
    """Return JSON with one line per case."""
    parts = []
    for key, value in document.items():
        rows = []
        for name, entry in value.items():
            if isinstance(entry, list) and entry and isinstance(entry[0], list):
                inner = ",\n".join(json.dumps(row, ensure_ascii=False) for row in entry)
                rows.append(f"{json.dumps(name)}: [\n{inner}\n]")
            elif isinstance(entry, dict):
                inner = ",\n".join(
                    f"{json.dumps(case)}: {json.dumps(row, ensure_ascii=False)}" for case, row in entry.items()
                )
                rows.append(f"{json.dumps(name)}: {{\n{inner}\n}}")
            else:
                rows.append(f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}")
        joined = ",\n".join(rows)
        parts.append(f"{json.dumps(key)}: {{\n{joined}\n}}")
    joined = ",\n".join(parts)
    return f"{{\n{joined}\n}}\n"


if __name__ == "__main__":
    for name, document in convert(Path(sys.argv[1])).items():
        Path(__file__).with_name(f"{name}.json").write_text(dump(document), encoding="utf-8")
