"""Records: which bodies carry several, and how many stand in a value or in a response."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smcontract.checks._case import Case
from smcontract.checks._context import CheckContext
from smcontract.checks._evidence import key_of, reads_many, rows_of
from smcontract.checks._responses import read_back
from smcontract.checks._sources import make_case
from smcontract.checks._told import same, told
from smcontract.endpoints import Exchange, Value
from smcontract.payloads._codec import CSV, JSON, NPY, Table, media_type, table_type
from smcontract.payloads._domain import Domain
from smcontract.payloads._types import LINES
from smcontract.session import Inconclusive

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

KEYS = frozenset({"instances", "inputs", "data", "records", "rows", "examples", "samples"})
"""JSON keys under which a list is a list of records."""
MOST_MODULES = 20
STAGES = ("input_fn", "predict_fn")
TURNS = (0, 1, 1, 0, 0, 1)
_OF_ONE = re.compile(
    r"unsqueeze\(\s*(dim=)?0\s*\)|reshape\(\s*[\[(]?\s*1\s*,|expand_dims\([^)]*(axis=)?0\s*\)|newaxis|\[None\b|"
    r"\(\s*1\s*,\s*-1\s*\)"
)
_OF_FIRST = re.compile(r"\[\s*(0|:\s*1)\s*\]\s*\.(reshape|unsqueeze|view)\(\s*(\(?1,|0\b|\[1,)[^)]*\)")
_OF_SERIES = re.compile(
    r"time.?series|\bseries\b|sequence|\bwindow|\blag(s|ged)?\b|cumsum|\bdiff\(|rolling|\bshift\(|\.ewm|forecast|"
    r"LSTM|GRU|\bRNN|\brank|pixel|image|PIL\b|cv2|spectr|audio",
)


def carries_records(ctx: CheckContext, domain: Domain) -> bool:
    """Whether a body of this domain may hold several records: lines, an outer array, `instances`.

    One value, one text, or a list of numbers is one request; the first axis of an NPY array counts only where the
    model says how wide a record is, and a list of objects where it shows in the source that they are records.
    """
    kind = table_type(domain.content_type)
    if domain.body is None and media_type(domain.content_type) in LINES:
        return domain.form in {"rows", "records"}
    if domain.body is not None or kind is None:
        return False
    if kind == NPY:
        return domain.certain and domain.form == "rows"
    if kind == JSON:
        if key_of(domain) not in {"", *KEYS}:
            return False
        form = rows_of(domain)
        return form in {"rows", "texts"} or (form == "records" and reads_many(ctx, domain))
    return kind == CSV


def is_key_read(ctx: CheckContext, domain: Domain) -> bool:
    """Whether the script, or a module beside it, names the key under which a body of this domain holds its records.

    A script that takes a record by its keys answers any object, with its defaults: `{"instances": [...]}` is one
    record without a single value there, and no table.
    """
    key = key_of(domain)
    if not key or not {"input_fn", "transform_fn"} & set(ctx.script.functions):
        return True
    source = _source_of(str(ctx.session.target.code_dir), ctx.script.source)
    return key in ctx.script.json_keys or f'"{key}"' in source or f"'{key}'" in source


@lru_cache(maxsize=8)
def _source_of(code_dir: str, script: str) -> str:
    parts = [script]
    for path in sorted(Path(code_dir).glob("*.py"))[:MOST_MODULES]:
        with suppress(OSError):
            parts.append(path.read_text(encoding="utf-8", errors="replace"))
    return "\n".join(parts)


def is_of_one_record(ctx: CheckContext, domain: Domain | None = None) -> bool:
    """Whether the script makes a batch of one of whatever it gets, so that its protocol carries one record.

    Not where it takes the first of the records of `domain` for it: `rows[0].reshape(1, -1)`.
    """
    source = "\n".join(ctx.script.lines)
    if domain is not None and reads_many(ctx, domain):
        source = _OF_FIRST.sub("", source)
    return _OF_ONE.search(source) is not None


def speaks_of_series(ctx: CheckContext) -> bool:
    """Whether the script's rows may be steps of a series, lines of an image, or ranked against each other."""
    return _OF_SERIES.search("\n".join(ctx.script.lines)) is not None


class Batches:
    """Bodies of several records, each of which is answered alone too."""

    def matrix(self, ctx: CheckContext) -> Iterator[Case]:
        """Yield two rows and three."""
        domain = self._domain(ctx)
        for rows in dict.fromkeys((2, min(3, domain.max_rows))):
            yield make_case(ctx, domain, domain.baseline(rows))

    def strategy(self, ctx: CheckContext) -> SearchStrategy[Case] | None:
        """Return the tables of the domain with more than one row."""
        domain = self._domain(ctx)
        return domain.with_rows(2, min(domain.max_rows, 4)).tables().map(lambda table: make_case(ctx, domain, table))

    def _domain(self, ctx: CheckContext) -> Domain:
        domain = ctx.domain()
        if not carries_records(ctx, domain) or not is_key_read(ctx, domain) or domain.max_rows < 2:
            raise Inconclusive(f"a body of {domain.content_type} is known to carry one record only")
        if domain.min_rows > 1:
            # Why no row is answered alone has a code of its own.
            raise Inconclusive("no row is answered alone, so that a batch cannot be compared with its rows")
        return domain


BATCHES = Batches()


def records_of(value: Value | None, columns: int) -> int | None:
    """Return how many records a value of `input_fn` holds, None where that cannot be told.

    A flat list of as many numbers as stand in several `columns` is one record: it holds none, and so 0.
    """
    if value is None or value.type in {"builtins.str", "builtins.bytes", "builtins.bytearray"}:
        return None
    if value.shape is not None:
        if len(value.shape) == 1 and columns != 1:
            return 0
        return value.shape[0] if value.shape else None
    data = value.data if value.known else None
    if isinstance(data, dict):
        inner = [part for key, part in data.items() if key in KEYS or len(data) == 1]
        data = inner[0] if len(inner) == 1 else None
        return _records_in(data, columns) if isinstance(data, list) else None
    if isinstance(data, list):
        return _records_in(data, columns)
    return value.length if value.type != "builtins.dict" else None


def _records_in(data: list[Any], columns: int) -> int:
    return len(data) if columns == 1 or all(isinstance(one, list | dict | str) for one in data) else 0


def batch(ctx: CheckContext, case: Case) -> Exchange | None:
    """Send a case; None, and a note of why, where it is not answered or lost a row before it was predicted."""
    exchange = ctx.exchange(case.request, export=STAGES)
    code = ctx.responsible(exchange)
    if code is not None or not exchange.succeeded:
        ctx.pass_over(case, exchange, code or "SMC601")
        return None
    parsed = exchange.stage("input_fn")
    count = records_of(parsed.value, len(case.table[0])) if parsed is not None and case.table else None
    if count is not None and case.table is not None and count != len(case.table):
        ctx.elsewhere.append(
            "reported as SMC307"
            if parsed is not None and parsed.value.shape and len(parsed.value.shape) > 1 and count > 1
            else "the rows of a body are no records to input_fn"
        )
        return None
    ctx.judged += 1
    return exchange


def alone(ctx: CheckContext, case: Case) -> list[Exchange] | None:
    """Send each row of a case by itself; None where one of them is not answered."""
    assert case.table is not None, "the source of this check makes its cases of tables"
    sent = []
    for row in case.table:
        exchange = ctx.exchange(with_table(ctx, case, [list(row)]).request, export=STAGES)
        if not exchange.succeeded:
            return None
        sent.append(exchange)
    return sent


def with_table(ctx: CheckContext, case: Case, table: Table) -> Case:
    """Return the case with another table, asked for alike."""
    del case
    return make_case(ctx, ctx.domain(), table)


def is_steady(ctx: CheckContext, *exchanges: Exchange) -> bool:
    """Whether each request gets the same answer again and again, in mixed order: no model that samples, no counter."""
    for turn in TURNS:
        for exchange in exchanges if turn else exchanges[::-1]:
            if not same(told(ctx.exchange(exchange.request)), told(exchange)):
                return False
    return True


def predicted(exchange: Exchange) -> Any:
    """Return what `predict_fn` answered, as plain data; None where it is not known."""
    stage = exchange.stage("predict_fn")
    if stage is None or not stage.value.known:
        return None
    data = stage.value.data
    return data.tolist() if hasattr(data, "tolist") else data


def answered(exchange: Exchange) -> Any:
    """Return what the client is told, as plain data; None where it cannot be read."""
    value, problem = read_back(exchange)
    if problem is not None:
        return None
    return value.tolist() if hasattr(value, "tolist") else value


def entries(value: Any, count: int) -> list[Any] | None:
    """Return the predictions in a value, of which `count` are expected; None where it holds no list of them.

    An object of one key is what stands under it; of several lists of `count` each, one of each makes a prediction;
    a single line of CSV may hold all.
    """
    if isinstance(value, dict):
        if len(value) == 1:
            return entries(next(iter(value.values())), count)
        lists = list(value.values())
        return _zipped(lists) if _all_of(lists, count) else None
    if not isinstance(value, list | tuple):
        return None
    if len(value) == count:
        return list(value)
    if len(value) == 1 and isinstance(value[0], list) and len(value[0]) == count:
        return list(value[0])
    return _zipped(list(value)) if _all_of(list(value), count) else list(value)


def _all_of(lists: list[Any], count: int) -> bool:
    return bool(lists) and all(isinstance(one, list | tuple) and len(one) == count for one in lists)


def _zipped(lists: list[Any]) -> list[Any]:
    return [list(together) for together in zip(*lists, strict=True)]


def is_csv(exchange: Exchange) -> bool:
    """Whether the response is CSV."""
    return exchange.response is not None and media_type(exchange.response.content_type) == CSV
