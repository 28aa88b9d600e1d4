"""Trains the network on scikit-learn's breast cancer data and saves its weights where `model_fn` finds them."""

import sys
from pathlib import Path

import torch
from sklearn.datasets import load_breast_cancer

sys.path.insert(0, str(Path(__file__).parent))
from inference import Tumours


def main(directory: Path) -> None:
    torch.manual_seed(0)
    data, target = load_breast_cancer(return_X_y=True)
    rows = torch.tensor(data, dtype=torch.float32)
    benign = torch.tensor(target, dtype=torch.float32).unsqueeze(1)
    model = Tumours()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(100):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy(model(rows), benign).backward()
        optimizer.step()
    directory.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), directory / "tumours.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "model")
