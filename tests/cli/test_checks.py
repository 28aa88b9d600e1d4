from __future__ import annotations

from cli.support import Said
from smcontract.checks import all_checks


def test_one_line_per_check_in_the_order_of_codes(said: Said) -> None:
    status, out, err = said("checks")
    assert (status, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()] == [[c.code, c.name] for c in all_checks()]


def test_no_colour_where_the_output_is_no_terminal(said: Said) -> None:
    assert "\x1b" not in said("checks")[1]
