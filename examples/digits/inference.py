"""A small network on 8x8 digits: the script loads it and predicts, the container decodes and encodes."""

import os

import torch


class Digits(torch.nn.Module):
    """64 pixels in, a score for each of the ten digits out."""

    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(64, 32)
        self.scores = torch.nn.Linear(32, 10)

    def forward(self, pixels):
        return self.scores(torch.relu(self.hidden(pixels)))


def model_fn(model_dir):
    model = Digits()
    state = torch.load(os.path.join(model_dir, "digits.pt"), map_location="cpu", weights_only=True)
    model.load_state_dict(state)
    return model.eval()


def predict_fn(pixels, model):
    with torch.no_grad():
        return torch.softmax(model(pixels.float()), dim=-1)
