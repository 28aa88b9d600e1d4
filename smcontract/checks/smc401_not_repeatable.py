"""SMC401: the same request gets another answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from smcontract.checks import _life
from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.checks._told import same, shown
from smcontract.session import Inconclusive
from smcontract.violations import Severity, Violation

_ALWAYS_DROPS = re.compile(r"\bF\.dropout\w*\(|functional\.dropout\w*\(")
_ON_PURPOSE = re.compile(r"monte.?carlo|mc.?dropout|uncertain|n_samples|num_samples|do_sample", re.IGNORECASE)
_FIX = "load what was trained, with strict=True; seed what is drawn at the start; let nothing rest on a set's order"


@check("SMC401", "not-repeatable", phases=(Phase.LIFECYCLE,))
def not_repeatable(ctx: CheckContext) -> Iterator[Violation]:
    """The same request gets another answer, though nothing else changed.

    ## What it does
    Sends a few requests twice in a row and then in mixed orders, starts the script anew and sends them again. A model
    that samples is told once, as a warning, and no other check then holds its answers against each other. An error is
    dropout that is left on, and a model that is another one after each start, as are the values of `hash` for texts.

    ## Why it fails on SageMaker
    A client that retries gets another prediction, and two instances of one endpoint disagree.

    ## Example
        def model_fn(model_dir):
            model = Net()                                # new random weights at each start
            model.load_state_dict(torch.load(path), strict=False)    # none of whose names fit
            return model.eval()

    ## Fix
    Call `model.eval()`; load the weights with `strict=True`; give a generator that samples a seed, or say in the
    endpoint's documentation that it samples.

    ## When it stays silent
    Numbers may differ by what float32 sums cost. Keys that mark a request (an id, a time, a count) beside others are
    not compared. A model in training mode is SMC207. Answers that follow from earlier requests, so that the same
    requests after a start anew get the same answers, are SMC403. A script that takes long to load is not started anew,
    and a slow one is sent fewer requests: the reason says so.

    ## Source
    PAIN.md row 28; torch 2, `nn.functional.dropout` (`training=True` by default).
    """
    life = _life.story(ctx)
    number = life.changing
    if number is None:
        yield from _after_a_start(ctx, life)
        return
    if _life.is_training(ctx):
        raise Inconclusive("reported as SMC207")
    drops = _drops(ctx)
    if life.changed and not drops:
        raise Inconclusive("reported as SMC404")
    second = _life.again(ctx, life)
    if second is not None and _life.repeats(life, second) and not _life.is_seeded(ctx):
        raise Inconclusive("reported as SMC403")
    first, other = _two(life.of(number))
    yield ctx.violation(
        message="the same request gets another answer each time: " + (drops or "the script, or its model, samples"),
        expected=shown(first),
        got=shown(other),
        exchange=ctx.exchange(life.requests[number]),
        function=_predicts(ctx),
        cause="dropout" if drops else "samples",
        severity=Severity.ERROR if drops else Severity.WARNING,
        fix="give F.dropout its training=self.training" if drops else "seed what samples",
    )


def _after_a_start(ctx: CheckContext, life: _life.Story) -> Iterator[Violation]:
    """Yield a model that answers alike until the script is started anew, and then otherwise."""
    turned = _life.turned(ctx, life)
    number = None if turned is None else life.differs(turned)
    if turned is None or number is None:
        return
    second = _life.again(ctx, life)
    if second is not None and _life.repeats(life, second):
        raise Inconclusive("reported as SMC403")
    model_known = ctx.session.target.model_dir is not None
    hashes = _hashes(ctx)
    why = "the model is made anew, not loaded" if hashes is None else "hash() of a text differs from process to process"
    yield ctx.violation(
        message=f"the same request gets another answer after each start: {why}",
        expected=shown(life.of(number)[0]),
        got=shown(turned.of(number)[0]),
        exchange=ctx.exchange(life.requests[number]),
        function=("model_fn" if "model_fn" in ctx.script.functions else _predicts(ctx)) if hashes is None else None,
        line=hashes,
        cause="start",
        # Without a model there are no weights that could have been loaded.
        severity=Severity.ERROR if model_known else Severity.WARNING,
        fix=_FIX if hashes is None else "use hashlib or zlib.crc32, which give every process the same",
    )


def _hashes(ctx: CheckContext) -> int | None:
    """Return the line where the script calls `hash`, whose values for texts Python draws anew in each process."""
    for node in ast.walk(ctx.script.tree) if ctx.script.tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash":
            return node.lineno
    return None


def _two(answers: list[object]) -> tuple[object, object]:
    return answers[0], next(answer for answer in answers if not same(answers[0], answer))


def _drops(ctx: CheckContext) -> str:
    """Say why dropout is at work, where it is and nothing says that it is meant."""
    source = "\n".join(ctx.script.lines)
    if _ON_PURPOSE.search(source):
        return ""
    return "F.dropout drops at serving too, unless it is told training=False" if _ALWAYS_DROPS.search(source) else ""


def _predicts(ctx: CheckContext) -> str | None:
    own = ctx.script.functions
    return next((name for name in ("predict_fn", "transform_fn", "input_fn", "output_fn") if name in own), None)
