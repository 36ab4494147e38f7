"""The window: where everything stands. What happens is decided by the controllers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.action_table import Within
from gui.actions import create_actions, fill_menu_bar, give_shortcuts, set_icons
from gui.models.date_tree import DateTreeModel
from gui.models.facets import FacetModel
from gui.models.image_table import ImageTableModel
from gui.pages import Page
from gui.text import isolated, translated
from gui.views.context_menu import GRID_MENU, LARGE_MENU, add_context_menu
from gui.views.date_tree import DateTreeView
from gui.views.drop_veil import DropVeil
from gui.views.facets import FacetsPane
from gui.views.giving_way import GivingWay
from gui.views.grid import ImageGrid
from gui.views.large_view import LargeView
from gui.views.message_page import MessagePage
from gui.views.metadata_pane import MetadataPane
from gui.views.new_images import NewImagesButton
from gui.views.notice import Notice
from gui.views.search_box import SearchBox, SearchHint
from gui.views.sidebar import Sidebar
from gui.views.stats_bar import StatsBar
from gui.views.timeline import TimelineView
from gui.views.tool_bar import ToolBar
from gui.views.trash_page import TrashPage

if TYPE_CHECKING:
    from gui.views.compare_view import CompareView

NAME: Final = "Contact Sheet"
SIZE: Final = QSize(1440, 900)
SMALLEST: Final = QSize(720, 480)
TREE_PX: Final = 244
PANE_PX: Final = 320
METADATA: Final = "show_metadata"
PANES: Final = ("show_dates", "show_facets", METADATA, "show_timeline")


class MainWindow(QMainWindow):
    """The menus, the tool bar, and dates │ images or a message │ metadata above the stats bar.

    Its parts are attributes: ``dates``, ``facets``, ``sidebar``, ``grid``, ``large``, ``trash``,
    ``message``, ``metadata``, ``arrangement``, ``timeline``, ``search``, ``search_hint``,
    ``stats``, ``notice``, ``veil``, ``actions_by_id`` and ``recent_menu``.

    Signals:
        closing: The person wants to close; the window is hidden and waits for the program to end.
        refused(str): The key of an action was pressed that cannot be taken now; its id.
        compare_made(CompareView): ``compare`` was made, and can be listened to.
        page_changed(): The images, the trash or a message took the place of another of them.
    """

    closing = Signal()
    refused = Signal(str)
    page_changed = Signal()
    compare_made = Signal(QWidget)

    def __init__(
        self,
        dates_model: DateTreeModel,
        facets_model: FacetModel,
        grid: ImageGrid,
        trash_model: ImageTableModel[Any],
    ) -> None:
        super().__init__()
        self.grid = grid
        self.dates = DateTreeView(dates_model)
        self.facets = FacetsPane(facets_model)
        self.sidebar = Sidebar(self.dates, self.facets)
        self.metadata = MetadataPane()
        self.message = MessagePage()
        self.stats = StatsBar()
        self.actions_by_id = create_actions(self)
        self._giving_way = GivingWay(self.actions_by_id[METADATA])
        self.large = LargeView(self.actions_by_id)
        self.trash = TrashPage(trash_model, self.actions_by_id)
        self.recent_menu = QMenu(self)
        self.actions_by_id["recent"].setMenu(self.recent_menu)
        self._stack = QStackedWidget()
        self._page: QWidget = self.message  # of the stack; shown as soon as there is room for it
        self.timeline = TimelineView()
        self.notice = Notice(self._stack)
        self.new_images = NewImagesButton(self.grid)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self.search = SearchBox()
        self._tools = ToolBar(self.actions_by_id, self.search, grid.cell_size)
        self.arrangement = self._tools.arrangement
        self._lay_out()
        self.search_hint = SearchHint(self.search, self)
        self.veil = DropVeil(self)
        self._connect()
        self.set_store_name("")
        self._draw_icons()
        self.dates.setFocus()

    def set_store_name(self, name: str) -> None:
        """Say in the title which store is open; "" for none."""
        self.setWindowTitle(f"{isolated(name)} — {NAME}" if name else NAME)

    def show_grid(self) -> None:
        """Show the images; if some of them are looked at closely, that stays."""
        if not self.shows_closely:
            self._turn_to(self.grid)

    def show_large(self) -> None:
        """Show the large view in place of the grid."""
        self._turn_to(self.large)
        self.large.setFocus()

    def show_compare(self) -> None:
        """Show the comparison in place of the grid."""
        self._turn_to(self.compare)

    def leave_closely(self) -> None:
        """Show the grid in place of the large view or the comparison, if one is shown."""
        if not self.shows_closely:
            return
        focus = self.focusWidget()
        within = focus is None or self._stack.isAncestorOf(focus)
        self._turn_to(self.grid)
        if within:  # else somebody is typing, such as what is to be searched
            self.grid.setFocus()

    def show_page(self, page: Page) -> None:
        """Show a message in place of the images."""
        self.message.show_page(page)
        self._turn_to(self.message)

    def show_trash(self) -> None:
        """Show the trash in place of the images."""
        self._turn_to(self.trash)

    @property
    def shows_grid(self) -> bool:
        """Whether the grid is what is shown."""
        return self._stack.currentWidget() is self.grid

    @property
    def shows_large(self) -> bool:
        """Whether the large view is what is shown."""
        return self._stack.currentWidget() is self.large

    @property
    def shows_compare(self) -> bool:
        """Whether the comparison is what is shown."""
        return self._stack.currentWidget() is self.__dict__.get("compare")

    @property
    def shows_closely(self) -> bool:
        """Whether the large view or the comparison is what is shown."""
        return self.shows_large or self.shows_compare

    @property
    def shows_trash(self) -> bool:
        """Whether the trash is what is shown."""
        return self._stack.currentWidget() is self.trash

    @cached_property
    def compare(self) -> CompareView:
        """The comparison, made when it is first asked for."""
        from gui.views.compare_view import CompareView

        view = CompareView(self.actions_by_id)
        self._stack.addWidget(view)
        self.compare_made.emit(view)
        return view

    def save_panes(self) -> QByteArray:
        """Return which panes are shown and how wide they are, for ``restore_panes``."""
        shown = {name: self.actions_by_id[name].isChecked() for name in PANES}
        shown[METADATA] = self._giving_way.wanted
        return QByteArray(bytes(shown.values())) + self._splitter.saveState()

    def restore_panes(self, state: QByteArray) -> bool:
        """Show the panes as they were; False, and nothing changes, if ``state`` is not usable."""
        count = len(PANES)
        if not self._splitter.restoreState(state.mid(count)):
            return False
        for name, shown in zip(PANES, state.data()[:count], strict=True):
            if name == METADATA:
                self._giving_way.restore(bool(shown))
            else:
                self.actions_by_id[name].setChecked(bool(shown))
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have the metadata give way to the images where there is little room, or come back."""
        super().resizeEvent(event)
        self._make_room()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide and tell; the program ends when what is under way has ended."""
        event.ignore()
        self.hide()
        self.closing.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tell of the keys of actions that cannot be taken; Qt leaves them to the window."""
        pressed = QKeySequence(event.keyCombination())
        for name, action in self.actions_by_id.items():
            if not action.isEnabled() and pressed in action.shortcuts():
                self.refused.emit(name)
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons anew in a new palette; give a large image the full screen."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "veil"):
            self._draw_icons()
        if event.type() == QEvent.Type.WindowStateChange and hasattr(self, "veil"):
            self.actions_by_id["full_screen"].setChecked(self.isFullScreen())
            self._make_room()

    # How it is put together

    def _lay_out(self) -> None:
        fill_menu_bar(self.menuBar(), self.actions_by_id)
        add_context_menu(self.grid, self.actions_by_id, GRID_MENU)
        add_context_menu(self.large.canvas, self.actions_by_id, LARGE_MENU)
        parts: dict[Within, QWidget] = {"grid": self.grid, "large": self.large.canvas}
        give_shortcuts(self.actions_by_id, self, parts)
        self.addToolBar(self._tools)
        for page in (self.message, self.grid, self.large, self.trash):
            self._stack.addWidget(page)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline)
        column.addWidget(self._stack, 1)
        for widget in (self.sidebar, middle, self.metadata):
            self._splitter.addWidget(widget)
            widget.raise_()  # screen readers read in the order of stacking
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([TREE_PX, SIZE.width() - TREE_PX - PANE_PX, PANE_PX])
        self._stack.setMinimumWidth(240)
        self.setCentralWidget(self._splitter)
        self.setStatusBar(self.stats)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMinimumSize(SMALLEST)
        self.resize(SIZE)
        self.setTabOrder(self.dates, self.facets.tree)
        self.setTabOrder(self.facets.tree, self.grid)
        self.setTabOrder(self.grid, self.metadata)
        self.setTabOrder(self.metadata, self.timeline)

    def _connect(self) -> None:
        for action in self._pane_actions():
            action.setChecked(True)
            action.toggled.connect(self._make_room)
        self._stack.currentChanged.connect(self.page_changed)
        self._tools.cell_size_changed.connect(self.grid.set_cell_size)
        self.grid.cell_size_changed.connect(self._tools.set_cell_size)

    def _pane_actions(self) -> list[QAction]:
        return [self.actions_by_id[name] for name in PANES]

    def _turn_to(self, page: QWidget) -> None:
        """Show a page; what stands around it comes and goes first, so that it is laid out once."""
        self._page = page
        self._make_room()
        self._splitter.refresh()
        self._stack.setCurrentWidget(page)

    def _make_room(self) -> None:
        """Show what belongs around the page: nothing around a large image on a full screen."""
        compared = self._page is self.__dict__.get("compare")
        closely = compared or self._page is self.large
        self._giving_way.set_room(self.width(), beside=not compared)
        bare = closely and self.isFullScreen()
        dates, facets, metadata, timeline = (action.isChecked() for action in self._pane_actions())
        self.sidebar.set_shown(dates=dates and not bare, facets=facets and not bare)
        self.metadata.setVisible(metadata and not bare and not compared)
        self.timeline.setVisible(timeline and not closely)
        for widget in (self.menuBar(), self._tools, self.stats):
            widget.setVisible(not bare)
        self.large.set_bar_shown(not bare)
        if compared:
            self.compare.set_shown(bar=not bare, facts=metadata and not bare)

    def _draw_icons(self) -> None:
        set_icons(self.actions_by_id, self.palette())
        self._tools.draw_icons(self.palette())


def _text(source: str) -> str:
    return translated("window", source)
