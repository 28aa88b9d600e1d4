"""SMC506: what output_fn encoded is not the prediction when read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from smcontract.checks._case import Case
from smcontract.checks._check import Per, Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._responses import answered, label, last_stage, read_back
from smcontract.checks._sources import VALID, make_case
from smcontract.endpoints import Exchange, Stage
from smcontract.payloads._codec import CSV, as_numbers, close, flatten
from smcontract.session import Inconclusive
from smcontract.violations import Violation

EXPORT = ("predict_fn",)
NO_LINE_BREAKS = ("¥n", "￥n", "\\r\\n", "\\n", "/n")
"""What stands where a line break was meant: a yen sign, an escape that was escaped, the wrong slash."""


@check(
    "SMC506",
    "round-trip-lossy",
    phases=(Phase.MATRIX, Phase.PROPERTY),
    per=(Per.ACCEPT,),
    cases=VALID,
)
def round_trip_lossy(ctx: CheckContext, case: Case) -> Iterator[Violation]:
    """Decoding what `output_fn` encoded does not give the prediction back.

    ## What it does
    Reads the response by its content type and compares its values, in order, with what `predict_fn`
    returned: numbers within what float32 costs, text exactly. Of the script's own `output_fn` it asks less:
    that CSV which holds the predictions word by word keeps them apart, and numbers so that they are numbers still.

    ## Why it fails on SageMaker
    Records are glued or split, and every request is answered with 200.

    ## Example
        return "".join(f"{text}¥n" for text in prediction)    # a yen sign: all records are one line

    ## Fix
    Write CSV with the `csv` module, JSON with one `json.dumps`.

    ## When it stays silent
    An `output_fn` that makes something else of a prediction on purpose (labels of scores, rounding, a
    selection, words joined to a sentence) is not judged, nor one of lines that all hold as many fields:
    they may be meant as lines of CSV. Predictions that are objects of several keys are not compared.

    ## Source
    sagemaker-inference 1.10.1, `encoder.py` (`savetxt` quotes nothing); PAIN.md row 62.
    """
    if "transform_fn" in ctx.script.functions:
        raise Inconclusive("transform_fn predicts and encodes in one: there is no prediction to compare with")
    exchange = answered(ctx, case, export=EXPORT)
    sides = _sides(exchange) if exchange is not None else None
    if exchange is None or sides is None:
        return
    stage = last_stage(exchange)
    if stage is None or _equal(*sides):
        return
    flaw = _flaw(ctx, case, exchange, sides[0])
    if flaw is None and (stage.by == "script" or (label(exchange) == CSV and len(_shapes(sides[0])) == 1)):
        return
    who = stage.name if stage.by == "script" else f"the default {stage.name}"
    yield ctx.violation(
        message=f"{who} {flaw or 'encodes something else than the prediction'}",
        expected=_shown(sides[0]),
        got=_shown(sides[1]),
        exchange=exchange,
        function=stage.name,
        cause=(flaw or "differs").partition(" ")[0],
        fix="write CSV with the csv module" if label(exchange) == CSV else None,
    )


def _sides(exchange: Exchange) -> tuple[list[Any], list[Any]] | None:
    """Return the scalars of the prediction and those of the response, where both are known."""
    stage = exchange.stage("predict_fn")
    if stage is None or not stage.value.known or not exchange.succeeded:
        return None
    value, problem = read_back(exchange)
    prediction = flatten(stage.value.data)
    returned = flatten(value) if problem is None else None
    if prediction is None or returned is None:
        return None
    return prediction, returned


def _equal(prediction: list[Any], returned: list[Any]) -> bool:
    if prediction == returned:
        return True
    left, right = _as_read(prediction), _as_read(returned)
    if len(left) != len(right):
        return False
    numbers = as_numbers(left), as_numbers(right)
    if numbers[0] is not None and numbers[1] is not None:
        return close(numbers[0], numbers[1])
    return all(map(_alike, left, right))


def _as_read(values: list[Any]) -> list[Any]:
    """Return values as CSV tells them: True is a word there, and an empty text an empty line that no reader counts."""
    words = {"True": 1.0, "False": 0.0}
    texts = [value.strip() if isinstance(value, str) else value for value in values]
    return [words.get(value, value) if isinstance(value, str) else value for value in texts if value != ""]


def _alike(one: Any, other: Any) -> bool:
    numbers = as_numbers([one, other])
    return bool(one == other or (numbers is not None and close(numbers[:1], numbers[1:])))


def _flaw(ctx: CheckContext, case: Case, exchange: Exchange, prediction: list[Any]) -> str | None:
    """Say what is wrong with CSV that holds the prediction word by word, where it is beyond doubt."""
    body = exchange.response.body.decode("utf-8", "replace") if exchange.response is not None else ""
    if label(exchange) != CSV or not prediction:
        return None
    between = _between(body, prediction)
    if between is None:
        return None
    no_break = next((text for text in NO_LINE_BREAKS if any(text in part for part in between[1:])), None)
    if no_break is not None:
        return f"ends its lines with {no_break!r}, which is no line break"
    seams = set(between[1:-1])
    rows = csv.reader(io.StringIO(body))
    if seams and seams <= {"", " "} and len(list(rows)) == 1 and _is_one_per_row(ctx, case, len(prediction)):
        return f"glues {len(prediction)} predictions into one record"
    if "" in seams and seams <= {"", "\n", "\r\n"} and _is_unreadable(body, prediction):
        return "glues the numbers of a row together"
    if _joins_rows(between, exchange.stage("predict_fn")):
        return "glues rows together: no line break stands between them"
    if seams <= {"\n", "\r\n", ","} and len(_shapes(prediction)) > 1:
        return "quotes no field, though there are commas or line breaks in the text"
    return None


def _is_unreadable(body: str, prediction: list[Any]) -> bool:
    """Whether the predictions are numbers, and no field of the CSV is one: `0.90.1`."""
    if not all(isinstance(value, int | float) for value in prediction):
        return False
    fields = [field for row in csv.reader(io.StringIO(body)) for field in row]
    return bool(fields) and all(as_numbers([field]) is None for field in fields)


def _joins_rows(between: list[str], stage: Stage | None) -> bool:
    """Whether commas stand between the values of each row of a table, and nothing or blanks between its rows."""
    width = _width(stage.value.data) if stage is not None and stage.value.known else 0
    if width < 2 or len(between) - 1 <= width:
        return False
    inside = {part for at, part in enumerate(between[1:-1], 1) if at % width}
    across = {part for at, part in enumerate(between[1:-1], 1) if not at % width}
    return inside <= {",", ", "} and across <= {"", " "}


def _width(data: Any) -> int:
    """Return how many values stand in each row of a table, 0 for what is none."""
    rows = data.tolist() if hasattr(data, "tolist") else data
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        return 0
    widths = {len(row) for row in rows}
    is_flat = not any(isinstance(value, list | dict) for row in rows for value in row)
    return widths.pop() if len(widths) == 1 and is_flat else 0


def _between(body: str, prediction: list[Any]) -> list[str] | None:
    """Return what stands before, between and after the predictions, or None where one is missing."""
    parts: list[str] = []
    rest = body
    for value in prediction:
        found = next(((text, rest.find(text)) for text in _texts(value) if text and text in rest), None)
        if found is None:
            return None
        parts.append(rest[: found[1]])
        rest = rest[found[1] + len(found[0]) :]
    return [*parts, rest]


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return (str(value), str(int(value))) if value == value // 1 else (str(value),)


def _shapes(prediction: list[Any]) -> set[tuple[int, ...]]:
    """Return into what lines and fields the texts fall; where all fall alike, they may be meant as lines of CSV."""
    return {tuple(len(row) for row in csv.reader(io.StringIO(str(text)))) for text in prediction}


def _is_one_per_row(ctx: CheckContext, case: Case, count: int) -> bool:
    """Whether `predict_fn` answers each row of a body with one value, for every number of rows."""
    if case.table is None or len(case.table) != count or count < 2:
        return False
    domain = ctx.domain()
    for rows in {domain.min_rows, domain.max_rows}:
        exchange = ctx.exchange(make_case(ctx, domain, domain.baseline(rows)).request, export=EXPORT)
        sides = _sides(exchange)
        if sides is None or len(sides[0]) != rows:
            return False
    return True


def _shown(values: list[Any]) -> str:
    head = ", ".join(repr(value) for value in values[:6])
    more = f", ... ({len(values)} values)" if len(values) > 6 else ""
    return f"[{head}{more}]"
