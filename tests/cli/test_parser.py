from __future__ import annotations

import pytest

from smcontract.cli._parser import COMMANDS, run
from smcontract.errors import UsageError


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(["chekcs"], "unknown command 'chekcs'; did you mean 'checks'?", id="command"),
        pytest.param(["--"], "unknown option --", id="dashes"),
        pytest.param(["invoke", "x", "--body", "1", "--strict"], "invoke: unknown option --strict", id="of-another"),
        pytest.param(["invoke", "x", "--bod", "1"], "required: --body", id="no-abbreviations"),
        pytest.param(["replay", "a", "b=c"], "replay: one argument too many: 'b=c'", id="too-many"),
        pytest.param(["test", "--", "x.py"], "required: PATH; see `smcontract test --help`", id="only-for-pytest"),
        pytest.param(["test", "x.py", "-n2"], "pytest's own arguments stand behind --", id="of-pytest"),
        pytest.param(["test", "x.py", "--selct=1"], "test: unknown option --selct; did you mean", id="with-value"),
    ],
)
def test_what_is_wrong_is_one_usage_error(argv: list[str], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        run(argv)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_dashes_end_the_options_of_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--", "SMC109"]) == 0
    assert capsys.readouterr().out.startswith("SMC109")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_in_one_line(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"    {command} ")]
    assert len(lines) == 1
