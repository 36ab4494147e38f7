"""Gives the grid another order of its images; what is selected and seen stays so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QItemSelectionModel

from gui.models.image_list import ImageListModel
from gui.views.grid import ImageGrid
from gui.views.selected_rows import selection_of

if TYPE_CHECKING:
    from gui.models.rearrangement import Rearrangement

MANY_SELECTED: Final = 2_000  # Qt goes with each of them by itself, which takes long for more
MOST_RUNS: Final = 2_000  # of selected images: with more each frame would take long
_Select = QItemSelectionModel.SelectionFlag


def reorder(
    images: ImageListModel, grid: ImageGrid, change: Rearrangement, *, by_person: bool
) -> None:
    """Show the images in another order.

    Where the person asked for it, the selected image is brought into view, or the first; else what
    is seen stays where it is. Of very many selected images that come to stand in very many places,
    none stays selected.
    """
    selection = grid.selectionModel()
    current = selection.currentIndex()
    if current.isValid() and (row := change.neighbour(current.row())) not in {None, current.row()}:
        selection.setCurrentIndex(images.index(row or 0), _Select.NoUpdate)
    chosen = selection.selection()
    ranges = [chosen.at(number) for number in range(chosen.size())]
    runs = [range(each.top(), each.bottom() + 1) for each in ranges]
    many = sum(map(len, runs)) > MANY_SELECTED
    if many:
        selection.clearSelection()
    steady = None if by_person else change.steady(grid.visible_rows())
    if steady is not None:
        grid.hold(steady)
    images.rearrange(change)
    if many and len(runs := change.final_runs(runs)) <= MOST_RUNS:
        selection.select(selection_of(images, runs), _Select.ClearAndSelect)
    if by_person:
        current = selection.currentIndex()
        if current.isValid() and selection.isSelected(current):
            grid.scrollTo(current, grid.ScrollHint.PositionAtCenter)
        else:
            grid.scrollToTop()
