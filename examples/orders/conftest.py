"""What smcontract cannot know of orders: which there are, and a rule of the house."""

import json

import pytest
from hypothesis import strategies as st

from smcontract.checks import Phase, check

PRICES = st.integers(1, 400).map(lambda number: number / 4)
ITEMS = st.fixed_dictionaries({"price": PRICES, "quantity": st.integers(1, 9)})
ORDERS = st.fixed_dictionaries(
    {"country": st.sampled_from(["DE", "FR", "US"]), "items": st.lists(ITEMS, min_size=1, max_size=3)}
)
BODIES = st.lists(ORDERS, min_size=1, max_size=4).map(lambda orders: json.dumps({"orders": orders}).encode())


@pytest.hookimpl(optionalhook=True)
def pytest_smcontract_payloads(content_type):
    return BODIES if content_type == "application/json" else None


@check("ORD001", "cents", phases=(Phase.MATRIX,))
def cents(ctx):
    """A total has more than two decimals.

    ## What it does
    Sends an order of a third of a cent, and looks at the total.
    """
    order = {"country": "DE", "items": [{"price": 1 / 3, "quantity": 1}]}
    exchange = ctx.exchange(ctx.request(json.dumps({"orders": [order]}).encode()))
    if not exchange.succeeded:
        return
    (total,) = json.loads(exchange.response.body)["totals"]
    if total != round(total, 2):
        yield ctx.violation(
            message="a total has more than two decimals",
            expected="a sum of money, in cents",
            got=str(total),
            exchange=exchange,
            function="predict_fn",
            fix="round it",
        )


def pytest_smcontract_checks():
    return [cents]
