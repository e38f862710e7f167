"""Makes the tables of the recipes: a shop's database, messages, and drawn shapes."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent
CITIES = ("Porto", "Graz", "Turku", "Gdansk", "Lyon")
KINDS = (("tea", 6.0), ("coffee", 9.0), ("cake", 14.0), ("cups", 24.0), ("pot", 48.0))
GOOD = ("lovely", "quick", "friendly", "perfect", "fresh", "warm", "generous", "kind")
BAD = ("cold", "broken", "rude", "late", "stale", "noisy", "overpriced", "empty")
PLAIN = ("the parcel", "my tea", "this cup", "our order", "the cake", "your staff", "the shop", "delivery")
TIMES = ("today", "last week", "again", "on Monday", "as always", "for once", "this time")


def shop(path: Path, customers: int = 900, seed: int = 0) -> None:
    """Customers who were asked at a day; orders before and after it; who had left by half a year later."""
    rng = np.random.default_rng(seed)
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE products (id INTEGER PRIMARY KEY, kind TEXT, price REAL)")
        database.executemany("INSERT INTO products VALUES (?, ?, ?)", [(i, *kind) for i, kind in enumerate(KINDS, 1)])
        database.execute(
            "CREATE TABLE customers "
            "(id INTEGER PRIMARY KEY, city TEXT, age INTEGER, signup DATE, asked DATE, left_us TEXT)"
        )
        database.execute(
            "CREATE TABLE orders "
            "(id INTEGER PRIMARY KEY, customer INTEGER, product INTEGER, day DATE, quantity INTEGER)"
        )
        number = 0
        for customer in range(1, customers + 1):
            signup = date(2023, 1, 1) + timedelta(days=int(rng.integers(0, 400)))
            asked = signup + timedelta(days=int(rng.integers(120, 300)))
            habit = float(rng.gamma(2.0, 2.5))  # orders in a hundred days
            fading = rng.random() < 0.35
            orders = []
            for day in np.sort(rng.uniform(0, 480, rng.poisson(habit * 4.8))):
                when = signup + timedelta(days=int(day))
                quiet = fading and when > asked - timedelta(days=70)
                if not quiet or rng.random() < 0.15:
                    orders.append((when, int(rng.integers(1, len(KINDS) + 1)), int(1 + rng.poisson(0.6))))
            age = int(np.clip(rng.normal(44, 14), 18, 90)) if rng.random() > 0.06 else None
            row = (
                customer,
                CITIES[int(rng.integers(len(CITIES)))],
                age,
                str(signup),
                str(asked),
                "yes" if fading else "no",
            )
            database.execute("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?)", row)
            for when, product, quantity in orders:
                number += 1
                database.execute(
                    "INSERT INTO orders VALUES (?, ?, ?, ?, ?)", (number, customer, product, str(when), quantity)
                )


def messages(path: Path, rows: int = 900, seed: int = 0) -> None:
    """What customers wrote, and whether they were pleased; one word in eight says the contrary."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["stars_given", "message", "pleased"])
        for _ in range(rows):
            pleased = rng.random() < 0.55
            said = []
            for _ in range(int(rng.integers(2, 5))):
                words = GOOD if pleased != (rng.random() < 0.2) else BAD
                said.append(f"{rng.choice(PLAIN)} was {rng.choice(words)} {rng.choice(TIMES)}")
            stars = "" if rng.random() < 0.6 else int(np.clip(rng.normal(4 if pleased else 3, 1), 1, 5))
            writer.writerow([stars, ", ".join(said) + ".", "yes" if pleased else "no"])


def shapes(path: Path, each: int = 110, seed: int = 0) -> None:
    """Discs, squares and triangles of any size, place and shade on noise, as PNG in one folder a class."""
    rng = np.random.default_rng(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(each):
            for name in ("disc", "square", "triangle"):
                image = Image.fromarray(rng.integers(60, 110, (24, 24), dtype=np.uint8))
                draw, shade = ImageDraw.Draw(image), int(rng.integers(130, 250))
                r = float(rng.uniform(4, 8))
                x, y = rng.uniform(r + 1, 23 - r, 2)
                if name == "disc":
                    draw.ellipse((x - r, y - r, x + r, y + r), fill=shade)
                elif name == "square":
                    draw.rectangle((x - 0.9 * r, y - 0.9 * r, x + 0.9 * r, y + 0.9 * r), fill=shade)
                else:
                    draw.polygon(((x, y - r), (x - r, y + 0.8 * r), (x + r, y + 0.8 * r)), fill=shade)
                file = io.BytesIO()
                image.save(file, "PNG", optimize=True)
                # a fixed time: the archive is the same bytes whenever it is made
                archive.writestr(zipfile.ZipInfo(f"shapes/{name}/{i:03}.png", (2024, 1, 1, 0, 0, 0)), file.getvalue())


if __name__ == "__main__":
    shop(FOLDER / "shop.sqlite")
    messages(FOLDER / "messages.csv")
    shapes(FOLDER / "shapes.zip")
