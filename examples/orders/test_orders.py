"""Properties of one's own on the endpoint that the marker names: what no contract can know of orders."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smcontract

JSON = "application/json"
PRICE = st.integers(1, 400).map(lambda number: number / 4)
ITEM = st.fixed_dictionaries({"price": PRICE, "quantity": st.integers(1, 9)})
ORDER = st.fixed_dictionaries(
    {"country": st.sampled_from(["DE", "FR", "US"]), "items": st.lists(ITEM, min_size=1, max_size=3)}
)


def totals(endpoint, orders):
    response = endpoint.invoke(json.dumps({"orders": orders}), JSON, JSON)
    assert response.status == 200, response.error
    return json.loads(response.body)["totals"]


@pytest.mark.smcontract("inference.py", stack="inference")
@given(orders=st.lists(ORDER, min_size=1, max_size=4))
def test_each_order_has_its_total(smcontract_endpoint, orders):
    assert totals(smcontract_endpoint, orders) == [totals(smcontract_endpoint, [order])[0] for order in orders]


@pytest.mark.smcontract("inference.py", stack="inference")
@given(order=ORDER, item=ITEM)
def test_one_item_more_costs_more(smcontract_endpoint, order, item):
    more = {**order, "items": [*order["items"], item]}
    before, after = totals(smcontract_endpoint, [order, more])
    assert after > before


@pytest.mark.smcontract("inference.py", stack="inference")
@given(body=smcontract.payloads("text/csv", rows=2, columns=3))
def test_other_types_are_refused_as_the_clients_mistake(smcontract_endpoint, body):
    assert smcontract_endpoint.invoke(body, "text/csv", JSON).status == 415


def test_an_endpoint_can_be_opened_anywhere():
    script = Path(__file__).with_name("inference.py")
    with smcontract.open_endpoint(script, stack="inference") as endpoint:
        assert totals(endpoint, [{"country": "FR", "items": [{"price": 2.5, "quantity": 2}]}]) == [12.5]
        elsewhere = endpoint.invoke('{"orders": [{"country": "XX", "items": []}]}', JSON, JSON)
    assert elsewhere.status == 422
