"""What is known of the images that are compared, and how their texts differ, word by word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.embedded_records import Embedded
from core.errors import SidecarError, ThumbnailError, WorkerError
from core.records import ImageRecord, Thumbnail
from gui.aio import Latest, in_turns
from gui.controllers.store import OpenStore
from gui.models.compared import ComparedRow, compared
from gui.models.compared_table import ComparedTableModel, Pieces
from gui.models.facts import Facts, facts_of
from gui.models.word_diff import word_diff


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of an image's files, and of which state of them."""

    record: ImageRecord
    sidecar: Mapping[str, Any] | None
    problem: str | None
    embedded: Embedded | None

    def facts(self, seen: Thumbnail | None) -> Facts:
        return facts_of(self.record, self.sidecar, self.problem, seen, self.embedded)


class CompareFacts:
    """Fills the table: what the catalogue knows at once, then what is in sidecars and files."""

    def __init__(self, store: OpenStore, table: ComparedTableModel) -> None:
        self._store = store
        self._table = table
        self._reading = Latest(store.tasks)
        self._saying = Latest(store.tasks)
        self._comparing = Latest(store.tasks)
        self._read: dict[int, _Read] = {}
        self._said: dict[int, tuple[_Read, Thumbnail | None, Facts]] = {}
        self._records: Sequence[ImageRecord] = ()
        self._seen: Mapping[int, Thumbnail] = {}
        self._reference = 0
        self._all_read = True
        self._settled = asyncio.Event()
        self._settled.set()

    async def settled(self) -> None:
        """Wait until all is said."""
        await self._settled.wait()

    def show(
        self, records: Sequence[ImageRecord], seen: Mapping[int, Thumbnail], reference: int
    ) -> None:
        """Show what is known of these images.

        Args:
            records: The images, in their order.
            seen: What decoding their files has said by now, by key.
            reference: The number of the image that the others are compared with, from 0.
        """
        self._seen = seen
        self._reference = reference
        if list(records) == list(self._records):
            self._fill()
            return
        self._records = records
        self._read = {key: each for key, each in self._read.items() if each.record in records}
        self._said = {key: said for key, said in self._said.items() if key in self._read}
        self._saying.cancel()
        self._comparing.cancel()
        self._all_read = False
        self._fill()
        self._settled.clear()
        self._reading.start(self._bring(records))

    def close(self) -> None:
        """Show nothing any more."""
        self._reading.cancel()
        self._saying.cancel()
        self._comparing.cancel()
        self._settled.set()
        self._table.set_rows((), 0)

    async def _bring(self, records: Sequence[ImageRecord]) -> None:
        known = self._read
        for record in records:
            if record.key not in known:
                known[record.key] = await self._read_sidecar(record)
        self._fill()
        for record in records:
            read = known[record.key]
            if read.embedded is None and (found := await self._embedded(record)) is not None:
                known[record.key] = _Read(record, read.sidecar, read.problem, found)
        self._all_read = True
        self._fill()

    async def _read_sidecar(self, record: ImageRecord) -> _Read:
        try:
            return _Read(record, await self._store.manager.sidecar(record), None, None)
        except SidecarError as error:
            return _Read(record, None, str(error), None)

    async def _embedded(self, record: ImageRecord) -> Embedded | None:
        """Ask what the file says about itself; why it cannot be read, its pane says already."""
        try:
            return await self._store.manager.embedded(record)
        except (ThumbnailError, WorkerError):
            return None

    def _fill(self) -> None:
        """Show what is read by now, as soon as it is put together, and compare the texts."""
        if any(record.key not in self._read for record in self._records):
            return
        self._settled.clear()
        read = [self._read[record.key] for record in self._records]
        if unsaid := [each for each in read if not self._is_said(each)]:
            self._comparing.cancel()
            self._saying.start(self._say(unsaid))
            return
        facts = [self._said[each.record.key][2] for each in read]
        rows = compared(facts)
        self._table.set_rows(rows, len(facts))
        self._comparing.start(self._compare(rows, self._reference))

    def _is_said(self, read: _Read) -> bool:
        key = read.record.key
        return key in self._said and self._said[key][:2] == (read, self._seen.get(key))

    async def _say(self, unsaid: Sequence[_Read]) -> None:
        """Put together what is known of images; that takes a while where files say much."""
        for read in unsaid:
            seen = self._seen.get(read.record.key)
            facts = await asyncio.to_thread(read.facts, seen)
            self._said[read.record.key] = read, seen, facts
        self._fill()

    async def _compare(self, rows: Sequence[ComparedRow], reference: int) -> None:
        pieces: dict[tuple[ComparedRow, int], Pieces] = {}
        for row in rows:
            if row.is_text:
                first = row.values[reference]
                for image, value in enumerate(row.values):
                    if image != reference:
                        pieces[row, image] = await in_turns(word_diff(first, value))
        self._table.set_pieces(reference, pieces)
        if self._all_read:
            self._settled.set()
