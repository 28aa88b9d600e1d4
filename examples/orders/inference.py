"""Prices orders: what each costs with shipping to its country, for requests of records."""

import json
import os

from sagemaker_inference.errors import BaseInferenceToolkitError


def model_fn(model_dir):
    with open(os.path.join(model_dir, "rates.json"), encoding="utf-8") as file:
        return json.load(file)


def input_fn(body, content_type):
    if content_type != "application/json":
        raise BaseInferenceToolkitError(415, "send application/json", "Unsupported Media Type")
    try:
        orders = json.loads(body)["orders"]
        return [(order["country"], [(item["price"], item["quantity"]) for item in order["items"]]) for order in orders]
    except (ValueError, TypeError, KeyError, RecursionError):
        message = 'send {"orders": [{"country": ..., "items": [{"price": ..., "quantity": ...}]}]}'
        raise BaseInferenceToolkitError(400, message, "Bad Request") from None


def predict_fn(orders, rates):
    return [price(country, items, rates) for country, items in orders]


def price(country, items, rates):
    if country not in rates:
        raise BaseInferenceToolkitError(422, "no shipping to that country", "Unprocessable Entity")
    return round(sum(each * count for each, count in items) + rates[country], 2)


def output_fn(totals, accept):
    if accept != "application/json":
        raise BaseInferenceToolkitError(406, "ask for application/json", "Not Acceptable")
    return json.dumps({"totals": totals}), accept
