"""Matrices of weights in fp32 come in; whole numbers of 8 or 4 bits and their scales go out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SMALLEST_SCALE = 1e-9
LEVELS = 15  # the highest number in 4 bits


class Packed(NamedTuple):
    """Rows of numbers in 4 bits: number * scale + lowest gives the row back.

    `values` [rows, features / 2] holds the first half of the features in the low four bits, the second half in the high
    ones; `scales` and `lowest` are [rows, 1].
    """

    values: NDArray[np.uint8]
    scales: NDArray[np.float32]
    lowest: NDArray[np.float32]


def to_int8(weights: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Returns whole numbers of -127 to 127 and the scales along `axis` that give the weights back."""
    scales = np.maximum(np.abs(weights).max(axis=1 - axis, keepdims=True) / 127, SMALLEST_SCALE)
    values = np.clip(np.round(weights / scales), -127, 127).astype(np.int8)
    return values, scales.reshape(-1).astype(np.float32)


def to_packed(rows: NDArray[np.float32]) -> Packed:
    """Returns the rows [rows, an even number of features] in 4 bits, each between its own lowest and highest number."""
    lowest = rows.min(axis=1, keepdims=True)
    scales = np.maximum((rows.max(axis=1, keepdims=True) - lowest) / LEVELS, SMALLEST_SCALE).astype(np.float32)
    numbers = np.clip(np.round((rows - lowest) / scales), 0, LEVELS).astype(np.uint8)
    half = rows.shape[1] // 2
    return Packed(numbers[:, :half] | numbers[:, half:] << 4, scales, lowest)


def from_packed(packed: Packed) -> NDArray[np.float32]:
    """Returns the rows that `to_packed` was given, as near as 4 bits hold them."""
    numbers = np.concatenate((packed.values & 15, packed.values >> 4), axis=1).astype(np.float32)
    return (numbers * packed.scales + packed.lowest).astype(np.float32)


def rounded_words(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the rows as they come back out of 4 bits; rounding once more changes nothing but the last digits."""
    return from_packed(to_packed(rows))
