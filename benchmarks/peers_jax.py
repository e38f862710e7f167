"""The networks of the speed benchmark in JAX, as its users write them: the epoch in `lax.scan`, Adam of optax.

Run by peers.py in a process of its own, with a Python that has jax and optax: NET ROWS BATCH, then a line for each
measurement, the number of epochs; it answers with seconds. Whole batches only; an epoch ends with the loss and
the accuracy of the validation rows.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

sys.path.insert(0, str(Path(__file__).parent))
import nets

Params = dict[str, Any]
Apply = Callable[[Params, Params, Any, Any], tuple[Any, Params]]
"""Weights, moving averages, rows and a key (None: not in training) to outputs and new averages."""


def dense(key: Any, inputs: int, units: int) -> Params:
    limit = (6 / (inputs + units)) ** 0.5
    return {"w": jax.random.uniform(key, (inputs, units), minval=-limit, maxval=limit), "b": jnp.zeros(units)}


def of(layer: Params, x: Any) -> Any:
    return x @ layer["w"] + layer["b"]


def normed(x: Any, layer: Params) -> Any:
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(var + 1e-3) * layer["g"] + layer["b"]


def mlp(keys: Any) -> tuple[Params, Params, Apply]:
    sizes = (16, 64, 64, 1)
    start = {f"d{i}": dense(keys[i], sizes[i], sizes[i + 1]) for i in range(3)}

    def apply(p: Params, state: Params, x: Any, key: Any) -> tuple[Any, Params]:
        for i in range(2):
            x = jax.nn.relu(of(p[f"d{i}"], x))
        return of(p["d2"], x), state

    return start, {}, apply


def mlp_dropout(keys: Any) -> tuple[Params, Params, Apply]:
    sizes = (16, 64, 64, 1)
    start = {f"d{i}": dense(keys[i], sizes[i], sizes[i + 1]) for i in range(3)}
    start |= {f"n{i}": {"g": jnp.ones(64), "b": jnp.zeros(64)} for i in range(2)}
    averages = {f"n{i}": {"mean": jnp.zeros(64), "var": jnp.ones(64)} for i in range(2)}

    def apply(p: Params, state: Params, x: Any, key: Any) -> tuple[Any, Params]:
        new = {}
        for i in range(2):
            x, old = of(p[f"d{i}"], x), state[f"n{i}"]
            now = old if key is None else {"mean": x.mean(0), "var": x.var(0)}
            new[f"n{i}"] = {name: 0.99 * old[name] + 0.01 * now[name] for name in old}
            x = (x - now["mean"]) * jax.lax.rsqrt(now["var"] + 1e-3) * p[f"n{i}"]["g"] + p[f"n{i}"]["b"]
            x = jax.nn.relu(x)
            if key is not None:
                key, drawn = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(drawn, 0.7, x.shape), x / 0.7, 0)
        return of(p["d2"], x), new

    return start, averages, apply


def lstm(keys: Any) -> tuple[Params, Params, Apply]:
    start = {"x": dense(keys[0], 8, 128), "h": dense(keys[1], 32, 128), "out": dense(keys[2], 32, 1)}

    def apply(p: Params, state: Params, x: Any, key: Any) -> tuple[Any, Params]:
        def step(carry: Any, now: Any) -> tuple[Any, None]:
            h, c = carry
            i, f, g, o = jnp.split(now + h @ p["h"]["w"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zero = jnp.zeros((len(x), 32))
        (h, _), _ = jax.lax.scan(step, (zero, zero), of(p["x"], x).swapaxes(0, 1))
        return of(p["out"], h), state

    return start, {}, apply


def attention(keys: Any) -> tuple[Params, Params, Apply]:
    start: Params = {"out": dense(keys[0], 16, 1)}
    for i in range(2):
        k = jax.random.split(keys[i + 1], 4)
        start[f"b{i}"] = {"qkv": dense(k[0], 16, 96), "mix": dense(k[1], 32, 16), "up": dense(k[2], 16, 32)}
        start[f"b{i}"] |= {"down": dense(k[3], 32, 16)}
        start[f"b{i}"] |= {n: {"g": jnp.ones(16), "b": jnp.zeros(16)} for n in ("n1", "n2")}

    def apply(p: Params, state: Params, x: Any, key: Any) -> tuple[Any, Params]:
        for i in range(2):
            b = p[f"b{i}"]
            q, k, v = jnp.moveaxis(of(b["qkv"], x).reshape(*x.shape[:2], 3, 4, 8), 2, 0)
            mixed = jax.nn.dot_product_attention(q, k, v).reshape(*x.shape[:2], 32)
            x = normed(x + of(b["mix"], mixed), b["n1"])
            x = normed(x + of(b["down"], jax.nn.relu(of(b["up"], x))), b["n2"])
        return of(p["out"], x.mean(1)), state

    return start, {}, apply


def cnn(keys: Any) -> tuple[Params, Params, Apply]:
    def kernel(key: Any, inputs: int, units: int) -> Params:
        return {"w": jax.random.normal(key, (3, 3, inputs, units)) * (2 / (9 * inputs)) ** 0.5, "b": jnp.zeros(units)}

    start = {"c0": kernel(keys[0], 1, 16), "c1": kernel(keys[1], 16, 32), "out": dense(keys[2], 800, 1)}

    def apply(p: Params, state: Params, x: Any, key: Any) -> tuple[Any, Params]:
        for name in ("c0", "c1"):
            x = jax.lax.conv_general_dilated(
                x, p[name]["w"], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            x = jax.nn.relu(x + p[name]["b"])
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return of(p["out"], x.reshape(len(x), -1)), state

    return start, {}, apply


NETS = {"mlp": mlp, "mlp_dropout": mlp_dropout, "lstm": lstm, "attention": attention, "cnn": cnn}


def main(case: nets.Case) -> None:
    x, y, xv, yv = (jnp.asarray(values) for values in nets.data(case))
    weights, averages, apply = NETS[case.net](jax.random.split(jax.random.key(0), 3))
    optimizer, steps = optax.adam(1e-3), case.rows // case.batch

    def scores(outputs: Any, targets: Any) -> tuple[Any, Any]:
        loss = optax.sigmoid_binary_cross_entropy(outputs, targets).mean()
        return loss, ((outputs > 0) == (targets > 0.5)).mean()

    def loss(weights: Params, averages: Params, rows: Any, targets: Any, key: Any) -> Any:
        outputs, new = apply(weights, averages, rows, key)
        value, right = scores(outputs, targets)
        return value, (right, new)

    @jax.jit
    def epoch(carry: Any, order: Any, key: Any) -> Any:
        batches = order.reshape(steps, case.batch)

        def step(carry: Any, batch: Any) -> Any:
            weights, averages, state = carry
            rows, targets, key = batch
            (value, (right, averages)), slope = jax.value_and_grad(loss, has_aux=True)(
                weights, averages, rows, targets, key
            )
            change, state = optimizer.update(slope, state, weights)
            return (optax.apply_updates(weights, change), averages, state), (value, right)

        carry, (values, right) = jax.lax.scan(step, carry, (x[batches], y[batches], jax.random.split(key, steps)))
        return carry, values.mean(), right.mean(), *scores(apply(carry[0], carry[1], xv, None)[0], yv)

    carry = (weights, averages, optimizer.init(weights))
    rng, key = np.random.default_rng(0), jax.random.key(1)
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            key, drawn = jax.random.split(key)
            carry, *found = epoch(carry, jnp.asarray(rng.permutation(case.rows)[: steps * case.batch]), drawn)
            assert all(np.isfinite(float(value)) for value in found)
        print(json.dumps(time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    main(nets.Case(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
