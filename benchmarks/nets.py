"""The networks of the speed benchmark: as menus for protokit, as Keras models by hand, and in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One network on so many training rows, in batches of so many; a fourth as many rows are for validation."""

    net: str
    rows: int
    batch: int

    @property
    def name(self) -> str:
        return f"{TITLES[self.net]}, {self.rows:,} rows, batch {self.batch}"


TITLES = {
    "mlp": "MLP 16-64-64-1",
    "mlp_dropout": "the MLP with BatchNormalization and Dropout",
    "lstm": "LSTM 32 on 24 steps of 8",
    "attention": "attention, 2 blocks on 24 steps of 16",
    "cnn": "CNN, 2 convolutions on 28 x 28",
}
SHAPES = {"mlp": (16,), "mlp_dropout": (16,), "lstm": (24, 8), "attention": (24, 16), "cnn": (28, 28, 1)}
CASES = [
    Case("mlp", 20_000, 128), Case("mlp", 2_000, 32), Case("mlp", 100_000, 512),
    Case("mlp_dropout", 20_000, 128), Case("mlp_dropout", 2_000, 32),
    Case("lstm", 4_000, 128), Case("lstm", 1_000, 32),
    Case("attention", 4_000, 128), Case("attention", 1_000, 32),
    Case("cnn", 4_000, 128), Case("cnn", 1_000, 32),
]  # fmt: skip


def data(case: Case, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = case.rows + case.rows // 4
    x = rng.normal(size=(rows, *SHAPES[case.net])).astype(np.float32)
    flat = x.reshape(rows, -1)
    y = (flat[:, :1] + 0.5 * flat[:, 1:2] * flat[:, 2:3] > 0).astype(np.float32)
    return x[: case.rows], y[: case.rows], x[case.rows :], y[case.rows :]


def menu(net: str) -> list[Any]:
    if net == "mlp":
        return [{"Dense": {"units": 64, "activation": "relu"}}, {"Dense": {"units": 64, "activation": "relu"}}]
    if net == "mlp_dropout":
        block = [{"Dense": 64}, "BatchNormalization", {"Activation": "relu"}, {"Dropout": 0.3}]
        return [*block, *block]
    if net == "lstm":
        return [{"LSTM": 32}]
    if net == "cnn":
        return [
            {"Conv2D": {"filters": 16, "kernel_size": 3, "activation": "relu"}}, {"MaxPooling2D": 2},
            {"Conv2D": {"filters": 32, "kernel_size": 3, "activation": "relu"}}, {"MaxPooling2D": 2}, "Flatten",
        ]  # fmt: skip
    items: list[Any] = []
    before = "numbers"
    for i in (1, 2):
        attention = {"MultiHeadAttention": {"num_heads": 4, "key_dim": 8}, "from": {"query": before, "value": before}}
        items += [
            {**attention, "name": f"attention_{i}"},
            {"Add": {}, "from": [before, f"attention_{i}"]},
            {"LayerNormalization": {}, "name": f"inner_{i}"},
            {"residual": [{"Dense": {"units": 32, "activation": "relu"}}, {"Dense": 16}]},
            {"LayerNormalization": {}, "name": f"block_{i}"},
        ]
        before = f"block_{i}"
    return [*items, "GlobalAveragePooling1D"]


def network(net: str) -> Any:
    """The Keras model, from the menu: what all Keras peers train."""
    import keras

    from protokit import Menu

    keras.utils.set_random_seed(0)
    head = {"Dense": {"units": 1, "activation": "sigmoid"}}
    return Menu({"inputs": {"numbers": list(SHAPES[net])}, "layers": [*menu(net), head]}).build()


def torch_network(net: str) -> Any:
    import torch
    from torch import nn

    if net == "mlp":
        return nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    if net == "mlp_dropout":
        blocks = [
            layer
            for width in (16, 64)
            for layer in (nn.Linear(width, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3))
        ]
        return nn.Sequential(*blocks, nn.Linear(64, 1))
    if net == "cnn":
        return nn.Sequential(
            nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(800, 1),
        )  # fmt: skip

    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(8, 32, batch_first=True), nn.Linear(32, 1)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(x)[0][:, -1])

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.project = nn.ModuleList([nn.Linear(16, 96) for _ in range(2)])
            self.out = nn.ModuleList([nn.Linear(32, 16) for _ in range(2)])
            self.first = nn.ModuleList([nn.LayerNorm(16, eps=1e-3) for _ in range(2)])
            self.second = nn.ModuleList([nn.LayerNorm(16, eps=1e-3) for _ in range(2)])
            self.feed = nn.ModuleList(
                [nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16)) for _ in range(2)]
            )
            self.head = nn.Linear(16, 1)

        def forward(self, x: Any) -> Any:
            for i in range(2):
                q, k, v = self.project[i](x).view(*x.shape[:2], 3, 4, 8).permute(2, 0, 3, 1, 4)
                mixed = nn.functional.scaled_dot_product_attention(q, k, v)
                x = self.first[i](x + self.out[i](mixed.transpose(1, 2).reshape(*x.shape[:2], 32)))
                x = self.second[i](x + self.feed[i](x))
            return self.head(x.mean(dim=1))

    torch.manual_seed(0)
    return Recurrent() if net == "lstm" else Attention()
