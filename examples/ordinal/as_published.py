"""The ordinal handler with the faults of the article that it comes from; each looks harmless in a review."""

import os


def model_fn(model_dir):
    with open(os.path.join(model_dir, "greeting.txt"), encoding="utf-8") as file:
        return file.read().strip()


def input_fn(body, content_type):
    if content_type == "text/csv":
        fields = body.split(",")
    else:
        raise ValueError("Illegal content type")
    return fields


def predict_fn(fields, greeting):
    sentences = []
    for field in fields:
        # The last digit alone decides: 11st, 12nd, 13rd. And an empty field has no last digit.
        if field[-1] == "1":
            ordinal = f"{field}st"
        elif field[-1] == "2":
            ordinal = f"{field}nd"
        elif field[-1] == "3":
            ordinal = f"{field}rd"
        else:
            ordinal = f"{field}th"
        sentences.append(f"{greeting} for the {ordinal} time")
    return sentences


def output_fn(sentences, accept):
    if accept == "text/csv":
        response = ""
        for sentence in sentences:
            response += sentence + "¥n"
    else:
        raise ValueError("Illegal accept type")
        return response, accept
