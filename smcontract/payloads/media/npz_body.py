"""NPZ: a sparse matrix as scipy saves it, or an archive of dense arrays."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smcontract.payloads._types import NPZ, NotReadable
from smcontract.payloads.media import npy_body
from smcontract.payloads.media._draw import tables
from smcontract.payloads.media._medium import Labelled, Medium, Shape, forms_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FORMS = ("sparse", "dense")


def write_sparse(table: Any, dtype: str | None = None) -> bytes:
    """Return a table in the layout of `scipy.sparse.save_npz` for a CSR matrix, written without scipy."""
    import numpy as np

    dense = np.array(table, dtype=dtype)
    rows, columns = np.nonzero(dense)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        indices=columns.astype(np.int32),
        indptr=np.searchsorted(rows, np.arange(dense.shape[0] + 1)).astype(np.int32),
        format=np.array(b"csr"),
        shape=np.array(dense.shape),
        data=dense[rows, columns],
    )
    return buffer.getvalue()


def write_dense(table: Any) -> bytes:
    """Return a table as the one array of an archive, under numpy's own name for it."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, np.asarray(table))
    return buffer.getvalue()


def plain() -> tuple[bytes, ...]:
    """Return one row of three float32, sparse and dense."""
    import numpy as np

    row = np.array([[1, 2, 3]], dtype="float32")
    return (write_sparse(row), write_dense(row))


def valid(shape: Shape) -> SearchStrategy[bytes]:
    """Return matrices of the form."""
    from hypothesis import strategies as st

    writers = [write_sparse if form == "sparse" else write_dense for form in forms_of(shape, FORMS)]
    drawn = tables(shape.rows or (1, 5), shape.columns or (1, 4), shape.dtype)
    return st.one_of([drawn.map(writer) for writer in writers])


def malformed(valid: bytes) -> Iterator[Labelled]:
    """Yield what is no archive, an archive of nothing, of text, and of pickled objects that do nothing."""
    yield "a truncated array", valid[: len(valid) // 2]
    yield "text that is no array", b"not an array"
    yield "an empty archive", _archive()
    yield "an archive of text", _archive(("note.txt", b"not an array"))
    yield "an archive of pickled objects", _archive(("arr_0.npy", npy_body.objects(b"N")))


def _archive(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def decode(body: bytes) -> dict[str, Any]:
    """Return the arrays by name; of a sparse matrix its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = {name.removesuffix(".npy"): archive.read(name) for name in archive.namelist()}
    except Exception as error:
        # What is damaged inside may raise anything from `zlib.error` to NotImplementedError.
        raise NotReadable(f"it is not an NPZ archive ({error})") from None
    return {name: npy_body.decode(content) for name, content in members.items()}


MEDIUM = Medium(
    name="NPZ", types=(NPZ,), forms=FORMS, plain=plain, valid=valid, malformed=malformed, decode=decode, binary=True
)
