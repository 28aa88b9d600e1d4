"""SMC401 on scripts that answer the same request otherwise."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from lives import SUMS, script, torch_script
from smcontract.violations import Severity
from support import judge, line_of

CODE = "SMC401"
here = partial(judge, isolation="none")


@pytest.mark.parametrize(
    "source",
    [
        script(),
        script(before="SEEN.append(data)"),
        script("[sum(row) + 1e-7 * random.random() for row in data]", imports="import random"),
        script("random.Random(0).choices([1, 2, 3], k=len(data))", imports="import random"),
        script(f"{{'y': {SUMS}, 'request_id': str(uuid.uuid4()), 'tookMs': len(SEEN)}}", imports="import uuid"),
        script("[{'y': sum(row), 'createdAt': time.perf_counter()} for row in data]", imports="import time"),
    ],
    ids=["sums", "state that no answer shows", "rounding", "seeded in place", "an id", "a time in each record"],
)
@pytest.mark.parametrize("stack", ["inference", "sklearn"])
def test_always_the_same(tmp_path: Path, source: str, stack: str) -> None:
    judged = here(tmp_path, source, CODE, stack=stack)
    assert (judged.outcome, judged.reason, judged.violations) == ("passed", "", ())


@pytest.mark.parametrize(
    "predicts",
    [
        "[random.random() for row in data]",
        "[random.choice(['yes', 'no']) for row in data]",
        "[sum(row) + random.gauss(0, 1) for row in data]",
        "{'text': random.choice('abc'), 'tokens': 1}",
        "[time.perf_counter_ns() % 1000003 for row in data]",
    ],
    ids=["uniform", "coin", "noise", "text", "the clock"],
)
def test_a_model_that_samples_is_told_once_as_a_warning(tmp_path: Path, predicts: str) -> None:
    source = script(predicts, imports="import random, time")
    judged = here(tmp_path, source, CODE)
    violation = judged.violation
    assert judged.outcome == "warned"
    assert violation.severity is Severity.WARNING
    assert violation.message == "the same request gets another answer each time: the script, or its model, samples"
    assert violation.expected != violation.got
    assert (violation.function, violation.line) == ("predict_fn", line_of(source, "def predict_fn"))
    assert violation.request is not None
    assert violation.request.body_base64 == b"[[1, 2, 3]]"
    assert violation.on_sagemaker.status == 200


def test_a_seeded_generator_samples_too(tmp_path: Path) -> None:
    source = script("[RANDOM.random() for row in data]", imports="import random\nRANDOM = random.Random(3)")
    assert here(tmp_path, source, CODE).outcome == "warned"
    assert here(tmp_path, source, "SMC403").reason == "reported as SMC401"


class TestAnotherModelAfterEachStart:
    """What is drawn when the model should be loaded."""

    SOURCE = script("[sum(row) * model for row in data]", imports="import random", model="random.random()")

    def test_it_is_an_error_where_there_is_a_model(self, tmp_path: Path) -> None:
        violation = here(tmp_path, self.SOURCE, CODE, files={"model/weights.bin": "1"}).violation
        assert violation.severity is Severity.ERROR
        assert violation.message.endswith("after each start: the model is made anew, not loaded")
        assert (violation.function, violation.line) == ("model_fn", line_of(self.SOURCE, "def model_fn"))

    def test_without_a_model_there_was_nothing_to_load(self, tmp_path: Path) -> None:
        assert here(tmp_path, self.SOURCE, CODE).violation.severity is Severity.WARNING

    def test_a_seed_makes_it_the_same(self, tmp_path: Path) -> None:
        source = self.SOURCE.replace("return random.random()", "return random.Random(1).random()")
        assert here(tmp_path, source, CODE, files={"model/weights.bin": "1"}).outcome == "passed"


def test_the_order_of_a_set_of_texts_is_another_one_in_each_process(tmp_path: Path) -> None:
    source = script("list(map(str, {word * 2 for word in 'abcdefghijklmnopqrstuvwxyz'}))[: len(data)]")
    judged = judge(tmp_path, source, CODE, files={"model/weights.bin": "1"})
    assert judged.violation.message.endswith("after each start: the model is made anew, not loaded")


def test_hash_gives_a_text_another_number_in_each_process(tmp_path: Path) -> None:
    source = script("[hash('a text') % 10**9 for row in data]")
    violation = judge(tmp_path, source, CODE, files={"model/weights.bin": "1"}).violation
    assert violation.severity is Severity.ERROR
    assert violation.message.endswith("after each start: hash() of a text differs from process to process")
    assert violation.line == line_of(source, "hash('a text')")


class TestDropout:
    """Dropout at serving is meant by almost nobody."""

    @pytest.fixture(autouse=True)
    def _torch(self) -> None:
        pytest.importorskip("torch", reason="these scripts import torch")

    def test_it_is_an_error(self, tmp_path: Path) -> None:
        violation = here(tmp_path, torch_script(forward="F.dropout(self.line(rows))"), CODE).violation
        assert violation.severity is Severity.ERROR
        assert "F.dropout drops at serving too" in violation.message

    def test_a_model_in_training_mode_is_told_at_loading(self, tmp_path: Path) -> None:
        source = torch_script(forward="self.drop(self.line(rows))", mode="")
        assert here(tmp_path, source, CODE).reason == "reported as SMC207"
        assert [str(found.severity) for found in here(tmp_path, source, "SMC207").violations] == ["error"]

    @pytest.mark.parametrize(
        "source",
        [
            torch_script(forward="self.drop(self.line(rows))"),
            torch_script(forward="F.dropout(self.line(rows), training=self.training)"),
            torch_script(),
        ],
        ids=["eval", "told", "none"],
    )
    def test_what_does_not_drop(self, tmp_path: Path, source: str) -> None:
        assert here(tmp_path, source, CODE).outcome == "passed"

    def test_on_purpose_it_is_a_model_that_samples(self, tmp_path: Path) -> None:
        source = torch_script("model(data)  # Monte Carlo dropout", forward="F.dropout(self.line(rows))")
        assert here(tmp_path, source, CODE).violation.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (script("[len(SEEN)]", before="SEEN.append(1)"), "reported as SMC403"),
        (script("rows"), "reported as SMC407"),
        (
            script(
                "[sum(w) for w in model]", before="model[0] += 1", imports="import numpy as np", model="np.ones((2, 2))"
            ),
            "reported as SMC404",
        ),
    ],
    ids=["a count", "predict_fn fails", "the model changes"],
)
def test_what_others_report(tmp_path: Path, source: str, reason: str) -> None:
    judged = here(tmp_path, source, CODE)
    assert (judged.outcome, judged.reason) == ("skipped", reason)


def test_a_slow_script_is_sent_fewer_requests_and_the_reason_says_so(tmp_path: Path) -> None:
    judged = here(tmp_path, script(before="import time; time.sleep(0.1)"), CODE)
    assert judged.outcome == "passed"
    assert judged.reason.startswith("4 requests instead of 24: one takes 0.1")


def test_the_budget_is_kept(tmp_path: Path) -> None:
    judged = here(tmp_path, script(before="import time; time.sleep(0.1)"), CODE, budget=0.2)
    assert judged.outcome == "skipped"
    assert "the budget of 0.2 s" in judged.reason


def test_an_item_whose_process_dies_is_reported_elsewhere(tmp_path: Path) -> None:
    judged = judge(tmp_path, script(before="SEEN.append(1); len(SEEN) > 60 and __import__('os')._exit(3)"), CODE)
    assert judged.outcome == "passed" or judged.reason.startswith("reported as SMC605")
