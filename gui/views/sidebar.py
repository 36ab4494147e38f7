"""What stands left of the images: the dates, and the facets below them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from gui.views.date_tree import DateTreeView
from gui.views.facets import FacetsPane

NARROWEST_PX: Final = 168
DATES_PX, FACETS_PX = 470, 330  # of what is 800 high


class Sidebar(QSplitter):
    """Dates over facets; either can be hidden, and then the other has all the room."""

    def __init__(
        self, dates: DateTreeView, facets: FacetsPane, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._dates = dates
        self._facets = facets
        for part in (dates, facets):
            self.addWidget(part)
            part.raise_()  # screen readers read in the order of stacking
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(0, DATES_PX)
        self.setStretchFactor(1, FACETS_PX)
        self.setSizes([DATES_PX, FACETS_PX])
        self.setMinimumWidth(NARROWEST_PX)

    def set_shown(self, *, dates: bool, facets: bool) -> None:
        """Show these parts; without any, nothing stands here."""
        self._dates.setVisible(dates)
        self._facets.setVisible(facets)
        self.setVisible(dates or facets)
