"""What is said of an import: in one line, and of each image. Pure."""

from __future__ import annotations

from typing import Final

from core.import_records import ImportOutcome, ImportReport, ImportResult, Refusal
from gui.text import count_text, number_text, translated

_TALLY: Final = (
    (ImportOutcome.NEW, "{count} new"),
    (ImportOutcome.HERE, "{count} already here"),
    (ImportOutcome.IN_TRASH, "{count} in the trash"),
    (ImportOutcome.REFUSED, "{count} refused"),
)
_CANCELLED: Final = "Import cancelled after {done} of {total}"
_CANCELLED_TALLY: Final = "Import cancelled after {done} of {total}: {tally}"
_REFUSALS: Final = {
    Refusal.NOT_AN_IMAGE: "Not an image",
    Refusal.DAMAGED: "Damaged",
    Refusal.EMPTY: "Empty",
    Refusal.TOO_LARGE: "Too large",
    Refusal.GONE: "Not there any more",
    Refusal.UNREADABLE: "Cannot be read",
    Refusal.NOT_SAVED: "Could not be saved",
}


def tally_text(report: ImportReport) -> str:
    """Return what came of an import: "41 new, 3 already here, 1 in the trash, 2 refused"."""
    counts = [(len(report.of(outcome)), source) for outcome, source in _TALLY]
    said = [_text(source, count=number_text(count)) for count, source in counts if count]
    return ", ".join(said) or _text("Nothing was imported")


def summary_text(report: ImportReport) -> str:
    """Return the notice about an import, of a line or two."""
    if report.cancelled:
        return _cancelled(_CANCELLED_TALLY if report.results else _CANCELLED, report)
    if not report.total:
        return _text("There are no files in what was to be imported")
    if is_all_new(report):
        return _text("{images} imported", images=count_text(report.total, "image"))
    if len(report.results) == 1:
        return _only_text(report.results[0])
    unsaved = [each for each in report.results if each.refusal is Refusal.NOT_SAVED]
    return f"{tally_text(report)}. {unsaved[0].problem}" if unsaved else tally_text(report)


def cancelled_text(report: ImportReport) -> str:
    """Return how far an import came that was ended early, as a sentence."""
    return _cancelled("Import cancelled after {done} of {total}.", report)


def is_all_new(report: ImportReport) -> bool:
    """Tell whether everything that was to be imported was, and there was something."""
    return 0 < report.total == len(report.of(ImportOutcome.NEW))


def outcome_text(each: ImportResult) -> str:
    """Return what became of one image, in a few words."""
    if each.refusal is not None:
        return _text(_REFUSALS[each.refusal])
    if each.outcome is ImportOutcome.IN_TRASH:
        return _text("In the trash")
    return _text("Already here" if each.outcome is ImportOutcome.HERE else "New")


def reason_text(each: ImportResult) -> str:
    """Return what became of one image, in full."""
    if each.problem is not None:
        return each.problem
    values = {"file": each.source, "image": each.image_id or "", "path": each.path or ""}
    if each.outcome is ImportOutcome.IN_TRASH:
        return _text("{file} is in this store's trash, as {image}.", **values)
    if each.outcome is ImportOutcome.HERE:
        return _text("{file} is in the store already, as {path}.", **values)
    return _text("{file} is now in the store, as {path}.", **values)


def _cancelled(source: str, report: ImportReport) -> str:
    done, total = number_text(len(report.results)), number_text(report.total)
    return _text(source, done=done, total=total, tally=tally_text(report))


def _only_text(each: ImportResult) -> str:
    if each.problem is not None:
        return each.problem
    name = each.source.rpartition("/")[2]
    if each.outcome is ImportOutcome.IN_TRASH:
        return _text("{file} is in this store's trash", file=name)
    return _text("{file} is in this store already", file=name)


def _text(source: str, **values: str) -> str:
    return translated("imports", source, **values)
