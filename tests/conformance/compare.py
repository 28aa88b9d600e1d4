"""Compares what the built-in stack answers with what was recorded of the real toolkit.

A comparison is the list of the fields that differ. A text is compared up to where the recorder cut it.
"""

import base64
import fnmatch
import json
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance import cases
from conformance.builtin import Builtin
from conformance.drivers._common import DIED, LONGEST, body_text

REQUEST = ("status", "exception", "type", "dtype", "shape", "repr")
PREDICTION = ("status", "exception", "content_type", "body")
SCRIPT = ("status", "content_type", "phrase", "body", "load_error")
_OK = 200
# How Flask begins to say that a function returned what it cannot send.
_PAGE = "The view function"
# The shared recordings were cut at 80 to 150 characters.
_CUT_AT = 79
# What follows in the toolkit's texts is advice, of which ours has its own.
_REFUSALS = (" implementation.", "is not supported by this framework.")


class Difference(NamedTuple):
    """One case in which a stack does not answer as recorded; `case` names it, `fields` says in what."""

    case: str
    fields: tuple[str, ...]
    recorded: list[Any]
    ours: list[Any]


def request(recorded: list[Any], ours: list[Any]) -> tuple[str, ...]:
    """Return the fields of a request that differ."""
    same = [recorded[0] == ours[0], recorded[1] == ours[1]]
    if recorded[2] is not None:
        same += [recorded[at] == ours[at] for at in (2, 3, 4)]
        # None: uninitialised memory, or an object that the recorder could not show.
        same.append(recorded[5] is None or _same(recorded[5], ours[5] or ""))
    return _differing(REQUEST, same)


def prediction(recorded: list[Any], ours: list[Any]) -> tuple[str, ...]:
    """Return the fields of a prediction that differ; `ours` has bytes for the body."""
    same = [one == other for one, other in zip(recorded[:2], ours[:2], strict=True)]
    # A recording without a front end knows no content type of what the front end answers.
    same.append(recorded[2] == ours[2] or (recorded[0] != _OK and not recorded[2]))
    if recorded[3] is not None:
        text = body_text(ours[3] or b"", is_text=recorded[3].startswith("str:"))
        same.append(_same(_without_pickle(recorded[3]), _without_pickle(text)))
    return _differing(PREDICTION, same)


def script(recorded: list[Any], ours: list[Any], *, same_python: bool) -> tuple[str, ...]:
    """Return the fields of a script's answer that differ; errors read alike in the same Python alone."""
    if recorded[4] is not None:
        # The real worker's log alone says what went wrong ("").
        return _differing(SCRIPT, [True] * 4 + [_same_error(recorded[4], ours[4] or "", same_python=same_python)])
    if recorded[0] == DIED or ours[0] == DIED:
        return _differing(SCRIPT, [recorded[0] == ours[0]])
    same = [recorded[0] == ours[0], (recorded[1] or "") == (ours[1] or "")]
    if recorded[0] == 500 and recorded[2] is None and recorded[3]:
        # Flask's page is the same for all: the recorder wrote down what was raised, which the container may wrap.
        theirs, mine = ((one or "").partition(": ")[2] for one in (recorded[3], ours[3]))
        same_text = not same_python or _PAGE in theirs or _same(_plain(theirs), _plain(mine)[: len(_plain(theirs))])
        return _differing(SCRIPT, [*same, True, same_text])
    refused = isinstance(recorded[0], int) and recorded[0] >= 300
    texts = [(_plain(one or ""), _plain(other or "")) for one, other in zip(recorded[2:4], ours[2:4], strict=True)]
    if recorded[2] is None or (refused and not same_python):
        same.append(True)
    else:
        same.append(_same(*texts[0]))
    if recorded[3] is None or (refused and not same_python) or texts[0][0] != (recorded[2] or "").strip():
        same.append(True)
    else:
        same.append(_same(*texts[1]))
    return _differing(SCRIPT, same)


def _differing(names: tuple[str, ...], same: list[bool]) -> tuple[str, ...]:
    return tuple(name for name, is_same in zip(names, same, strict=False) if not is_same)


def _same(recorded: str, ours: str) -> bool:
    if recorded == ours:
        return True
    # A closing quote or bracket may stand where the recorder's value, not its text, was cut.
    return len(recorded) >= _CUT_AT and ours.startswith(recorded[:-1])


def _same_error(recorded: str, ours: str, *, same_python: bool) -> bool:
    kind, _, message = recorded.partition(": ")
    if not recorded or not ours:
        return bool(ours)
    # The containers wrap what a script raises in a class of their own.
    if not ours.startswith(f"{kind}: ") and kind not in ("ClientError", "UserError"):
        return False
    return not same_python or _same(_plain(message)[:LONGEST], _plain(ours.partition(": ")[2])[: len(message)])


def _plain(text: str) -> str:
    for ending in _REFUSALS:
        if ending in text:
            return text.partition(ending)[0].strip()
    return text.strip()


def _without_pickle(text: str) -> str:
    # An .npy of objects goes on with a pickle, which differs between releases of numpy and Python.
    return text.partition("\\n")[0] if "'|O'" in text else text


def differences(part: str, document: dict[str, Any], builtin: Builtin) -> Iterator[Difference]:
    """Yield every case of one part of a recording in which a stack answers otherwise."""
    given = cases.read(cases.CASES)
    same_python = document["recorded_with"]["python"].split(".")[:2] == [str(one) for one in sys.version_info[:2]]
    if part == "requests":
        for name, recorded in document[part].items():
            content_type, accept, body = given[part][name]
            ours = builtin.request(content_type, accept, base64.b64decode(body))
            yield Difference(name, request(recorded, ours), recorded, ours)
    elif part == "predictions":
        for name, accept, *recorded in document[part]:
            if not cases.can_evaluate(given[part][name]):
                continue
            ours = builtin.prediction(given[part][name], accept)
            yield Difference(f"{name} | {accept}", prediction(recorded, ours), recorded, ours)
    else:
        for name, content_type, accept, *recorded in document[part]:
            ours = builtin.script(given[part][name], content_type, accept, cases.BODY)
            fields = script(recorded, ours, same_python=same_python)
            yield Difference(f"{name} | {content_type} | {accept}", fields, recorded, ours)


class Verdict(NamedTuple):
    """`unexpected`: cases that differ without a reason; `stale`: reasoned exceptions that differ no more."""

    unexpected: list[Difference]
    stale: list[str]


def judge(stack: str, part: str, found: list[Difference]) -> Verdict:
    """Set the reasoned exceptions of `tests/vectors/exceptions.json` against what was found in one recording."""
    entries = [
        entry
        for entry in json.loads((cases.VECTORS / "exceptions.json").read_text(encoding="utf-8"))
        if entry["part"] == part and any(fnmatch.fnmatchcase(stack, pattern) for pattern in entry["stacks"])
    ]
    excused = {(case, field): entry for entry in entries for case in entry["cases"] for field in entry["fields"]}
    unexpected, used = [], set()
    for one in found:
        names = {one.case, one.case.partition(" | ")[0]}
        for field in one.fields:
            used |= {(name, field) for name in names if (name, field) in excused}
        if any(not any((name, field) in excused for name in names) for field in one.fields):
            unexpected.append(one)
    present = {name for one in found for name in (one.case, one.case.partition(" | ")[0])}
    stale = [
        f"{case}: {field} ({entry['why']})"
        for (case, field), entry in excused.items()
        if case in present and (case, field) not in used and "sometimes" not in entry
    ]
    return Verdict(unexpected, stale)
