"""One value of very many images in memory, by key: eight bytes each for the key and the value."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.catalog_columns import Column

AT_ONCE = 8_192  # images: some 10 ms of SQLite, and 1 ms of Python
NAME_BYTES = 96  # of a file's name; names that are equal so far count as equal

Numbers = NDArray[Any]

_decode_texts = msgspec.json.Decoder(list[str]).decode


def numbers(keys: array[int]) -> Numbers:
    """Return keys as a numpy array of the same memory."""
    return np.frombuffer(keys, dtype=np.int64)


def key_array(keys: Numbers) -> array[int]:
    """Return keys as an ``array('q')``."""
    return array("q", np.ascontiguousarray(keys, dtype=np.int64).tobytes())


class KnownColumn:
    """What is known of one value of the images; for one thread at a time.

    Numbers are kept as they are, names as bytes of UTF-8, models as places in ``texts``, and of a
    prompt only 64 bits that say whether it is the same as another: Python's own hash of it, which
    no one outside this process can foresee. Of a million prompts two are mistaken for each other
    once in 30 million stores.

    Args:
        column: Which value it is.

    Attributes:
        texts: The different models so far, as they are spelled.
    """

    def __init__(self, column: Column) -> None:
        self._read = self._readers()[column]
        self.texts: list[str] = []
        self._places: dict[str, int] = {}
        self._keys: Numbers = np.empty(0, np.int64)  # ascending
        self._values: Numbers = self._read("[]")
        self._came: list[tuple[Numbers, Numbers]] = []

    def missing(self, keys: Numbers) -> Iterator[array[int]]:
        """Yield which of these ascending keys are not known, in pieces to be asked for."""
        self._merge()
        lacking = keys[~_are_among(keys, self._keys)]
        for start in range(0, len(lacking), AT_ONCE):
            yield key_array(lacking[start : start + AT_ONCE])

    def put(self, keys: array[int], values: str) -> None:
        """Take in the values of some keys, as ``read_column`` returns them."""
        self._came.append((numbers(keys), self._read(values)))

    def drop(self, keys: Iterable[int]) -> None:
        """Forget the values of images that are others now."""
        self._merge()
        stay = ~_are_among(self._keys, np.sort(np.fromiter(keys, np.int64)))
        self._keys, self._values = self._keys[stay], self._values[stay]

    def take(self, keys: Numbers) -> Numbers:
        """Return the values of images, all of them known."""
        self._merge()
        return self._values[np.searchsorted(self._keys, keys)]

    def _merge(self) -> None:
        if self._came:
            came, self._came = self._came, []
            keys = np.concatenate([self._keys, *(keys for keys, _ in came)])
            values = np.concatenate([self._values, *(values for _, values in came)])
            order = np.argsort(keys, kind="stable")
            self._keys, self._values = keys[order], values[order]

    def _readers(self) -> dict[Column, Callable[[str], Numbers]]:
        return {
            Column.SIZE: lambda text: np.array(msgspec.json.decode(text), np.int64),
            Column.RATING: lambda text: np.array(msgspec.json.decode(text), np.int64),
            Column.COST: lambda text: np.array(msgspec.json.decode(text), np.float64),
            Column.NAME: self._beginnings,
            Column.PROMPT: self._hashes,
            Column.MODEL: self._numbered,
        }

    @staticmethod
    def _beginnings(text: str) -> Numbers:
        # Not numpy's StringDType: to pick some of those, it holds the GIL.
        return np.array([name.encode()[:NAME_BYTES] for name in _decode_texts(text)], np.bytes_)

    @staticmethod
    def _hashes(text: str) -> Numbers:
        prompts = _decode_texts(text)
        return np.fromiter(map(hash, prompts), np.int64, len(prompts))  # 0 of ""

    def _numbered(self, text: str) -> Numbers:
        models = _decode_texts(text)
        for model in dict.fromkeys(models):
            if model not in self._places:
                self._places[model] = len(self.texts)
                self.texts.append(model)
        return np.array([self._places[model] for model in models], np.int64)


def _are_among(keys: Numbers, known: Numbers) -> Numbers:
    """Tell of each key whether it is among others that ascend; numpy's own sets take far longer."""
    if not len(known):
        return np.zeros(len(keys), np.bool_)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    among: Numbers = known[at] == keys
    return among
