"""Turns numbers into sentences: `1,2` becomes two lines, "GREETING for the 1st time" and "... 2nd time"."""

import os

SUFFIXES = {1: "st", 2: "nd", 3: "rd"}


def model_fn(model_dir):
    """The model is a greeting in a text file."""
    with open(os.path.join(model_dir, "greeting.txt"), encoding="utf-8") as file:
        return file.read().strip()


def input_fn(body, content_type):
    """Takes one line of comma-separated whole numbers."""
    if content_type != "text/csv":
        raise ValueError(f"unsupported content type {content_type!r}: send text/csv")
    return [int(field) for field in body.strip().split(",")]


def predict_fn(numbers, greeting):
    """Makes one sentence of each number."""
    return [f"{greeting} for the {ordinal(number)} time" for number in numbers]


def output_fn(sentences, accept):
    """Answers one line a sentence."""
    if accept != "text/csv":
        raise ValueError(f"unsupported accept {accept!r}: ask for text/csv")
    return "".join(f"{sentence}\n" for sentence in sentences), accept


def ordinal(number):
    """11, 12 and 13 end in "th" although 1, 2 and 3 do not."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{SUFFIXES.get(number % 10, 'th')}"
