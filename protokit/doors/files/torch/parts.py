"""Modules of torch for layers that torch has none for: their texts, which stand in a file that needs them."""

from __future__ import annotations

MEMBERS = '''
class Members(nn.Module):
    """Rows as each member of an ensemble takes them, times weights of its own: (rows, n) -> (rows, members, n)."""

    def __init__(self, members: int, numbers: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(members, numbers))

    def forward(self, x: Tensor) -> Tensor:
        return x.unsqueeze(1) * self.scale
'''

MEMBERS_HEAD = '''
class MembersHead(nn.Module):
    """What each member says, by a map of its own: (rows, members, n) -> (rows, members, units)."""

    def __init__(self, members: int, numbers: int, units: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(members, numbers, units))
        self.bias = nn.Parameter(torch.zeros(members, units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("bkd,kdu->bku", x, self.kernel) + self.bias
'''

ORDINAL_HEAD = '''
class OrdinalHead(nn.Module):
    """Probabilities of classes in an order: one number of each row, between borders that ascend."""

    def __init__(self, numbers: int, classes: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(numbers, 1))
        self.first = nn.Parameter(torch.zeros(1))
        self.steps = nn.Parameter(torch.zeros(classes - 2))

    def forward(self, x: Tensor) -> Tensor:
        borders = torch.cat([self.first, functional.softplus(self.steps)]).cumsum(0)
        below = torch.sigmoid(borders - x @ self.kernel)  # P(class <= k), of all but the last
        ends = torch.zeros_like(below[:, :1])
        return torch.cat([below, ends + 1.0], 1) - torch.cat([ends, below], 1)
'''

OF_EACH = '''
class OfEach(nn.Module):
    """A linear map of its own for each column: (rows, columns, parts) -> (rows, columns, units)."""

    def __init__(self, columns: int, parts: int, units: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(columns, parts, units))
        self.bias = nn.Parameter(torch.zeros(columns, units))

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("bcp,cpu->bcu", x, self.kernel) + self.bias
'''

PERIODIC = '''
class Periodic(nn.Module):
    """Sines and cosines of learned frequencies of each number: (rows, columns) -> (rows, columns, parts)."""

    def __init__(self, columns: int, frequencies: int) -> None:
        super().__init__()
        self.turns = nn.Parameter(torch.zeros(columns, frequencies))

    def forward(self, x: Tensor) -> Tensor:
        angles = x.unsqueeze(-1) * self.turns
        return torch.cat([angles.sin(), angles.cos()], -1)
'''

BINS = '''
class Bins(nn.Module):
    """How far each number fills each bin between its column's knots: (rows, columns) -> (rows, columns, bins).

    The outer bins are `open`, or end at the first and the last knot. A bin without width stays empty.
    """

    def __init__(self, columns: int, knots: int, is_open: bool) -> None:
        super().__init__()
        self.is_open = is_open
        self.register_buffer("knots", torch.zeros(columns, knots))

    def forward(self, x: Tensor) -> Tensor:
        low, widths = self.knots[:, :-1], self.knots[:, 1:] - self.knots[:, :-1]
        by = torch.where(widths > 0, 1 / torch.where(widths > 0, widths, 1.0), 0.0)
        filled = (x.unsqueeze(-1) - low) * by
        if not self.is_open:
            return filled.clamp(0.0, 1.0)
        least, most = torch.zeros_like(low[:1]), torch.ones_like(low[:1])
        least[:, 0], most[:, -1] = -1e4, 1e4
        return torch.minimum(torch.maximum(filled, least), most)
'''
