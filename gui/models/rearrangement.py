"""From one order of images to another, so that whatever points to an image goes with it.

Import this where it is needed, outside the Qt thread: numpy takes long to import.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gui.models.arranged_rows import ArrangedRows, Numbers, numbers, unsectioned
from gui.models.day_rows import DayRows


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """What turns some rows into others: what goes, goes from the end; what comes, comes there.

    So there are four steps, however many images go, come or change their places.

    Attributes:
        going: The old rows with what goes at the end.
        going_of_old: Where each of the old rows stands then.
        kept: What is left when it is gone, in the old order.
        coming: With what comes at the end.
        final: All in the order they are to be in.
        final_of_coming: Where each row of ``coming`` stands then.
        final_of_old: Where each of the old rows stands in the end; -1 where it is gone.
    """

    going: ArrangedRows
    going_of_old: Numbers
    kept: ArrangedRows
    coming: ArrangedRows
    final: DayRows | ArrangedRows
    final_of_coming: Numbers
    final_of_old: Numbers

    def neighbour(self, row: int) -> int | None:
        """Return the old row nearest to one that stays: itself, else below, else above."""
        staying = np.flatnonzero(self.final_of_old >= 0)
        if not len(staying):
            return None
        return int(staying[min(int(np.searchsorted(staying, row)), len(staying) - 1)])

    def final_runs(self, runs: Iterable[range]) -> list[range]:
        """Return where some runs of old rows are in the end, in runs from the top."""
        old = [self.final_of_old[run.start : run.stop] for run in runs]
        rows = np.sort(np.concatenate([np.empty(0, np.int64), *old]))
        rows = rows[rows >= 0]
        if not len(rows):
            return []
        ends = np.flatnonzero(np.diff(rows) != 1)
        firsts = [int(rows[0]), *map(int, rows[ends + 1])]
        lasts = [*map(int, rows[ends]), int(rows[-1])]
        return [range(first, last + 1) for first, last in zip(firsts, lasts, strict=True)]

    def steady(self, rows: range) -> int | None:
        """Return one of some old rows that stays with most of them, the first such."""
        final = self.final_of_old[rows.start : rows.stop]
        staying = np.flatnonzero(final >= 0)
        if not len(staying):
            return None
        middle = np.sort(final[staying])[len(staying) // 2]
        near = staying[np.abs(final[staying] - middle) <= 2 * len(rows)]
        return rows.start + int(near[0])


def rearranged(old: array[int], final: DayRows | ArrangedRows) -> Rearrangement:
    """Return what turns rows of these keys into others; in both no key is there twice."""
    before, after = numbers(old), numbers(final.keys_between(0, len(final)))
    final_of_old = _places(after, before)
    stays = final_of_old >= 0
    kept, gone = before[stays], before[~stays]
    is_new = np.ones(len(after), np.bool_)
    is_new[final_of_old[stays]] = False
    return Rearrangement(
        going=unsectioned(np.concatenate([kept, gone])),
        going_of_old=np.where(stays, np.cumsum(stays) - 1, len(kept) + np.cumsum(~stays) - 1),
        kept=unsectioned(kept),
        coming=unsectioned(np.concatenate([kept, after[is_new]])),
        final=final,
        final_of_coming=np.concatenate([final_of_old[stays], np.flatnonzero(is_new)]),
        final_of_old=final_of_old,
    )


def _places(keys: Numbers, wanted: Numbers) -> Numbers:
    """Return where each wanted key stands among the keys, -1 where it does not.

    Both are sorted before: to look up what comes in no order takes several times as long.
    """
    places = np.full(len(wanted), -1)
    if len(keys):
        by_key, by_wanted = np.argsort(keys), np.argsort(wanted)
        ascending, looked_for = keys[by_key], wanted[by_wanted]
        at = np.minimum(np.searchsorted(ascending, looked_for), len(keys) - 1)
        places[by_wanted] = np.where(ascending[at] == looked_for, by_key[at], -1)
    return places
