"""SMC205: loading takes most of the time that the server allows."""

from __future__ import annotations

from collections.abc import Iterator

from smcontract.checks._check import Phase, check
from smcontract.checks._context import CheckContext
from smcontract.violations import OnSageMaker, Severity, Violation

PART = 0.5
"""The part of `--smcontract-load-timeout` that loading may take."""
SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
MEGABYTES = (100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600)


@check("SMC205", "slow-load", phases=(Phase.LOAD,), severity=Severity.WARNING)
def slow_load(ctx: CheckContext) -> Iterator[Violation]:
    """Loading takes most of the time that the server allows.

    ## What it does
    Measures how long the script's import and `model_fn` take, from the start of the process, and how much memory
    the process holds at its most. Both are told whether or not it is too slow: rounded up as the item's reason, and
    exactly in its section of pytest's report (`-rP`). A warning where loading takes more than half of
    `--smcontract-load-timeout` (60 s if not given).

    ## Why it fails on SageMaker
    The servers end a worker that has not loaded its model in time, and start again; a slower instance takes longer
    than this machine. Each worker holds a model of its own: the memory times the number of workers (one per core,
    if nothing else is said) is what the instance needs.

    ## Example
        def model_fn(model_dir):
            subprocess.run(["pip", "install", "-r", f"{model_dir}/requirements.txt"])
            return load(model_dir)

    ## Fix
    Load files as they are needed for inference, without downloads and without training. Raise
    `SAGEMAKER_MODEL_SERVER_TIMEOUT`, and `SAGEMAKER_MODEL_SERVER_WORKERS` to what the memory holds.

    ## When it stays silent
    Where the model does not load, which others tell, and under the limit.

    ## Source
    sagemaker-inference 1.10.1, `environment.py` (`SAGEMAKER_MODEL_SERVER_TIMEOUT`, `..._WORKERS`); PAIN.md rows 15
    and 30.
    """
    loaded = ctx.loaded()
    if not loaded.ok:
        return
    limit = ctx.endpoint.load_timeout * PART
    peak = None if loaded.peak is None else loaded.peak / 1e6
    held = "" if peak is None else f", holding {_under(peak, MEGABYTES, 'MB')} at most"
    ctx.note = f"loaded in {_under(loaded.seconds, SECONDS, 's')}{held}"
    exactly = "" if peak is None else f", holding {peak:.0f} MB at most"
    ctx.measured = f"loaded in {loaded.seconds:.2f} s{exactly}"
    if loaded.seconds <= limit:
        return
    yield ctx.violation(
        message=f"loading takes more than {limit:g} s, half of the time that it may take",
        expected=f"at most {limit:g} s",
        got=f"{loaded.seconds:.0f} s",
        on_sagemaker=OnSageMaker(
            status=None, message="on a slower instance the server ends the worker before it has loaded"
        ),
        function="model_fn" if "model_fn" in ctx.script.functions else None,
        line=ctx.line_of("model_fn") or 1,
        cause="slow",
        fix="load without downloads, installations and training, or raise SAGEMAKER_MODEL_SERVER_TIMEOUT",
    )


def _under(value: float, steps: tuple[int, ...], unit: str) -> str:
    """Return the step that a figure is under: the same words for two runs of one script."""
    step = next((step for step in steps if value < step), None)
    return f"over {steps[-1]} {unit}" if step is None else f"under {step} {unit}"
