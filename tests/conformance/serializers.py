"""Compares bodies written here with those of the SageMaker Python SDK's serializers, and has each read the other's.

`python tests/conformance/serializers.py [--examples 200]` under an interpreter that has the SDK, scipy, Hypothesis
and smcontract. The SDK is `sagemaker` before version 3 (`sagemaker.serializers`), or `sagemaker-core` from version 2
on, of which `sagemaker` 3 is made (`sagemaker.core.serializers`). It prints each difference, then how many bodies
agree by media type, and exits with 1 where one differs.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from smcontract.payloads.media import (
    ANY,
    Shape,
    csv_body,
    find,
    json_body,
    json_lines,
    libsvm,
    npy_body,
    npz_body,
    plain_text,
    recordio,
)

SDKS = (
    ("sagemaker-core", "sagemaker.core.serializers", "sagemaker.core.deserializers"),
    ("sagemaker", "sagemaker.base_serializers", "sagemaker.base_deserializers"),
    ("sagemaker", "sagemaker.serializers", "sagemaker.deserializers"),
)
TABLE = [[1, 2.5, -3], [0, 0, 1e-7]]
TEXTS = [["a,b", 'say "hi"', "naïve"], ["日本", "", "x y"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk:
    """The serializers and deserializers of one installed version."""

    name: str
    serializers: Any
    deserializers: Any

    def write(self, serializer: str, data: Any) -> bytes:
        """Return what a serializer makes of a value."""
        made = getattr(self.serializers, serializer)().serialize(data)
        made = made.read() if hasattr(made, "read") else made
        return made.encode() if isinstance(made, str) else bytes(made)

    def read(self, deserializer: str, body: bytes, content_type: str) -> Any:
        """Return what a deserializer makes of a body."""
        return getattr(self.deserializers, deserializer)().deserialize(io.BytesIO(body), content_type)


def find_sdk() -> Sdk:
    """Return the SDK that is installed; raises ImportError where none is."""
    for package, serializers, deserializers in SDKS:
        try:
            found = (importlib.import_module(serializers), importlib.import_module(deserializers))
            version = importlib.metadata.version(package)
        except ImportError:
            continue
        return Sdk(name=f"{package} {version}", serializers=found[0], deserializers=found[1])
    raise ImportError("neither sagemaker<3 nor sagemaker-core is installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A value, its body as written here, and the SDK's serializer for it; `same` says that the bytes must agree."""

    content_type: str
    serializer: str
    value: Any
    body: bytes
    same: bool = True


def written() -> Iterator[Written]:
    """Yield what both sides write."""
    for form in json_body.FORMS:
        if form != "nested":
            value = json_body.arrange(TABLE, form)
            yield Written(
                content_type="application/json",
                serializer="JSONSerializer",
                value=value,
                body=json.dumps(value).encode(),
            )
    for table in (TABLE, TEXTS, [["only"]], [[1]]):
        yield Written(content_type="text/csv", serializer="CSVSerializer", value=table, body=csv_body.write(table))
    yield Written(content_type="text/csv", serializer="CSVSerializer", value=TABLE, body=csv_body.write_numbers(TABLE))
    for dtype in ("float32", "float64", "int64", "uint8", "bool", ">f4"):
        array = np.array(TABLE).astype(dtype)
        for array_of_form in (array, array[0], np.asfortranarray(array), array[:, :, None], array[0, 0].reshape(())):
            yield Written(
                content_type="application/x-npy",
                serializer="NumpySerializer",
                value=array_of_form,
                body=npy_body.write(array_of_form),
            )
    import scipy.sparse

    for sparse in (np.array(TABLE), np.zeros((2, 3)), np.eye(3, dtype="float32")):
        yield Written(
            content_type="application/x-npz",
            serializer="SparseMatrixSerializer",
            value=scipy.sparse.csr_matrix(sparse),
            body=npz_body.write_sparse(sparse),
            # The SDK's archive is compressed.
            same=False,
        )
    documents = [{"inputs": row} for row in TABLE]
    for lines in (TABLE, documents, ["a text"]):
        yield Written(
            content_type="application/jsonlines",
            serializer="JSONLinesSerializer",
            value=lines,
            body=json_lines.write(lines),
        )
    text = libsvm.write(TABLE)
    yield Written(content_type="text/libsvm", serializer="LibSVMSerializer", value=text.decode(), body=text)
    for body in plain_text.plain():
        yield Written(content_type="text/plain", serializer="StringSerializer", value=body.decode(), body=body)
    for dtype in ("float32", "float64", "int64"):
        rows = np.array([[1, 2, -3], [0, 0, 4]]).astype(dtype)
        yield Written(
            content_type="application/x-recordio-protobuf",
            serializer="RecordSerializer",
            value=rows,
            body=recordio.write(rows),
        )
    for content_type in ("image/png", "image/jpeg", "audio/wav", "application/octet-stream"):
        medium = find(content_type)
        assert medium is not None
        for body in medium.plain():
            yield Written(content_type=content_type, serializer="IdentitySerializer", value=body, body=body)


READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "application/json": ("JSONDeserializer", lambda value: value),
    "text/csv": ("CSVDeserializer", lambda rows: [row for row in rows if row]),
    "application/x-npy": ("NumpyDeserializer", lambda array: array),
    "application/x-npz": ("NumpyDeserializer", lambda archive: {name: archive[name] for name in archive.files}),
    "application/jsonlines": ("JSONLinesDeserializer", lambda value: value),
    "text/plain": ("StringDeserializer", lambda value: value),
    "application/x-recordio-protobuf": ("RecordDeserializer", lambda records: features(records)),
    "application/octet-stream": ("BytesDeserializer", lambda value: value),
}


def features(records: Any) -> Any:
    """Return the features and labels of the SDK's records, as they are read here."""
    rows, labels = [], []
    for record in records:
        rows.append(_dense(record.features["values"]))
        if "values" in record.label:
            labels.append(_dense(record.label["values"]))
    return np.vstack(rows), np.concatenate(labels) if labels else None


def _dense(value: Any) -> Any:
    kinds = {"float32_tensor": "float32", "float64_tensor": "float64", "int32_tensor": "int32"}
    (kind,) = [name for name in kinds if getattr(value, name).values]
    tensor = getattr(value, kind)
    if not tensor.keys:
        return np.array(tensor.values, kinds[kind])
    row = np.zeros(tensor.shape[0], kinds[kind])
    row[list(tensor.keys)] = tensor.values
    return row


def same(left: Any, right: Any) -> bool:
    """Whether two values that were read are equal, arrays with their dtype."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if hasattr(left, "toarray"):
        left = left.toarray()
    if isinstance(left, np.ndarray):
        return isinstance(right, np.ndarray) and left.dtype == right.dtype and np.array_equal(left, right)
    return bool(left == right)


def compare(sdk: Sdk, examples: int) -> tuple[Counter[str], list[str], Counter[str]]:
    """Return how many bodies agree by media type, the differences in words, and what the SDK only names."""
    agree: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    differences: list[str] = []

    def tell(content_type: str, what: str, theirs: Any, ours: Any) -> None:
        if same(ours, theirs):
            agree[content_type] += 1
        else:
            differences.append(f"{content_type}: {what}\n  SDK  {theirs!r}\n  ours {ours!r}")

    for one in written():
        medium = find(one.content_type)
        assert medium is not None
        try:
            theirs = sdk.write(one.serializer, one.value)
        except NotImplementedError:
            # Version 2 of sagemaker-core has the name of the one for RecordIO, and nothing behind it.
            missing[one.serializer] += 1
            continue
        if one.same:
            tell(one.content_type, f"written by {one.serializer}", theirs, one.body)
        tell(one.content_type, f"read here, of {one.serializer}", medium.decode(theirs), medium.decode(one.body))
    for content_type, (deserializer, plainly) in READERS.items():
        for body in bodies(content_type, examples):
            medium = find(content_type)
            assert medium is not None
            try:
                theirs = plainly(sdk.read(deserializer, body, content_type))
            except NotImplementedError:
                missing[deserializer] += 1
                continue
            tell(content_type, f"read by {deserializer}: {body[:200]!r}", theirs, medium.decode(body))
    return agree, differences, missing


def bodies(content_type: str, examples: int) -> list[bytes]:
    """Return fixed bodies and drawn ones, of every form."""
    medium = find(content_type)
    assert medium is not None
    found = list(medium.plain())

    @seed(0)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(medium.valid(Shape(form=ANY)))
    def collect(body: bytes) -> None:
        found.append(body)

    collect()
    return found


def main() -> int:
    """Compare, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=200)
    sdk = find_sdk()
    agree, differences, missing = compare(sdk, parser.parse_args().examples)
    for difference in differences:
        sys.stdout.write(f"{difference}\n")
    for content_type, count in agree.items():
        sys.stdout.write(f"{content_type:<36} {count:5} agree\n")
    for name, count in missing.items():
        sys.stdout.write(f"{name:<36} {count:5} not compared: the SDK does not implement it\n")
    sys.stdout.write(f"{sdk.name}: {len(differences)} differences\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
