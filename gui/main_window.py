"""The window: where everything stands. What happens is decided by the controllers."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSizePolicy,
    QSlider,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.action_table import Within
from gui.actions import create_actions, fill_menu_bar, give_shortcuts, set_icons
from gui.icons import icon
from gui.models.date_tree import DateTreeModel
from gui.models.image_table import ImageTableModel
from gui.pages import Page
from gui.text import translated
from gui.views.context_menu import IMAGE_MENU, LARGE_MENU, add_context_menu
from gui.views.date_tree import DateTreeView
from gui.views.drop_veil import DropVeil
from gui.views.grid import LARGEST_CELL, SMALLEST_CELL, ImageGrid
from gui.views.large_view import LargeView
from gui.views.message_page import MessagePage
from gui.views.metadata_pane import MetadataPane
from gui.views.new_images import NewImagesButton
from gui.views.notice import Notice
from gui.views.search_box import SearchBox, SearchHint
from gui.views.stats_bar import StatsBar
from gui.views.timeline import TimelineView
from gui.views.trash_page import TrashPage

NAME: Final = "Contact Sheet"
SIZE: Final = QSize(1440, 900)
SMALLEST: Final = QSize(720, 480)
TREE_PX: Final = 244
PANE_PX: Final = 320
SLIDER_PX: Final = 112
BUTTONS: Final = (
    (("open", "Open"), ("import", "Import")),
    (("pin", "Pin"), ("delete", "Delete"), ("prune", "Prune")),
)
APPEARANCES: Final = ("appearance_system", "appearance_light", "appearance_dark")


class MainWindow(QMainWindow):
    """The menus, the tool bar, and dates │ images or a message │ metadata above the stats bar.

    Its parts are attributes: ``dates``, ``grid``, ``large``, ``trash``, ``message``, ``metadata``,
    ``timeline``, ``search``, ``search_hint``, ``stats``, ``notice``, ``veil``,
    ``actions_by_id`` and ``recent_menu``.

    Signals:
        closing: The person wants to close; the window is hidden and waits for the program to end.
        refused(str): The key of an action was pressed that cannot be taken now; its id.
        page_changed(): The images, the trash or a message took the place of another of them.
    """

    closing = Signal()
    refused = Signal(str)
    page_changed = Signal()

    def __init__(
        self, dates_model: DateTreeModel, grid: ImageGrid, trash_model: ImageTableModel[Any]
    ) -> None:
        super().__init__()
        self.grid = grid
        self.dates = DateTreeView(dates_model)
        self.metadata = MetadataPane()
        self.message = MessagePage()
        self.stats = StatsBar()
        self.actions_by_id = create_actions(self)
        self.large = LargeView(self.actions_by_id)
        self.trash = TrashPage(trash_model, self.actions_by_id)
        self.recent_menu = QMenu(self)
        self.actions_by_id["recent"].setMenu(self.recent_menu)
        self._stack = QStackedWidget()
        self.timeline = TimelineView()
        self.notice = Notice(self._stack)
        self.new_images = NewImagesButton(self.grid)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._size_slider = QSlider(Qt.Orientation.Horizontal)
        self.search = SearchBox()
        self._appearance_button = QToolButton()
        self._tools = QToolBar(_text("Tools"))
        self._fill_tool_bar()
        self._lay_out()
        self.search_hint = SearchHint(self.search, self)
        self.veil = DropVeil(self)
        self._connect()
        self.set_store_name("")
        self._draw_icons()
        self.dates.setFocus()

    def set_store_name(self, name: str) -> None:
        """Say in the title which store is open; "" for none."""
        self.setWindowTitle(f"{name} — {NAME}" if name else NAME)

    def show_grid(self) -> None:
        """Show the images; if one of them is shown large, it stays."""
        if not self.shows_large:
            self._stack.setCurrentWidget(self.grid)

    def show_large(self) -> None:
        """Show the large view in place of the grid."""
        self._stack.setCurrentWidget(self.large)
        self.large.setFocus()

    def leave_large(self) -> None:
        """Show the grid in place of the large view, if that is shown."""
        if self.shows_large:
            self._stack.setCurrentWidget(self.grid)
            self.grid.setFocus()

    def show_page(self, page: Page) -> None:
        """Show a message in place of the images."""
        self.message.show_page(page)
        self._stack.setCurrentWidget(self.message)

    def show_trash(self) -> None:
        """Show the trash in place of the images."""
        self._stack.setCurrentWidget(self.trash)

    @property
    def shows_grid(self) -> bool:
        """Whether the grid is what is shown."""
        return self._stack.currentWidget() is self.grid

    @property
    def shows_large(self) -> bool:
        """Whether the large view is what is shown."""
        return self._stack.currentWidget() is self.large

    @property
    def shows_trash(self) -> bool:
        """Whether the trash is what is shown."""
        return self._stack.currentWidget() is self.trash

    def save_panes(self) -> QByteArray:
        """Return which panes are shown and how wide they are, for ``restore_panes``."""
        shown = bytes(int(action.isChecked()) for action in self._pane_actions())
        return QByteArray(shown) + self._splitter.saveState()

    def restore_panes(self, state: QByteArray) -> bool:
        """Show the panes as they were; False, and nothing changes, if ``state`` is not usable."""
        actions = self._pane_actions()
        count = len(actions)
        if not self._splitter.restoreState(state.mid(count)):
            return False
        for action, shown in zip(actions, state.data()[:count], strict=True):
            action.setChecked(bool(shown))
        return True

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
        add_context_menu(self.grid, self.actions_by_id, IMAGE_MENU)
        add_context_menu(self.large.canvas, self.actions_by_id, LARGE_MENU)
        parts: dict[Within, QWidget] = {"grid": self.grid, "large": self.large.canvas}
        give_shortcuts(self.actions_by_id, self, parts)
        self.addToolBar(self._tools)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.large)
        self._stack.addWidget(self.trash)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline)
        column.addWidget(self._stack, 1)
        for widget in (self.dates, middle, self.metadata):
            self._splitter.addWidget(widget)
            widget.raise_()  # screen readers read in the order of stacking
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([TREE_PX, SIZE.width() - TREE_PX - PANE_PX, PANE_PX])
        self.dates.setMinimumWidth(168)
        self._stack.setMinimumWidth(240)
        self.setCentralWidget(self._splitter)
        self.setStatusBar(self.stats)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMinimumSize(SMALLEST)
        self.resize(SIZE)
        self.setTabOrder(self.dates, self.grid)
        self.setTabOrder(self.grid, self.metadata)
        self.setTabOrder(self.metadata, self.timeline)

    def _fill_tool_bar(self) -> None:
        bar = self._tools
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for buttons in BUTTONS:
            for name, word in buttons:
                action, text = self.actions_by_id[name], _text(word)
                action.setIconText(f"\u2002{text}")  # a space that stands between icon and text
                bar.addAction(action)
                bar.widgetForAction(action).setAccessibleName(text)
            bar.addSeparator()
        self._size_slider.setFixedWidth(SLIDER_PX)
        self._size_slider.setRange(SMALLEST_CELL, LARGEST_CELL)
        self._size_slider.setPageStep((LARGEST_CELL - SMALLEST_CELL) // 8)
        self._size_slider.setValue(self.grid.cell_size)
        self._size_slider.setAccessibleName(_text("Thumbnail size"))
        self._size_slider.setToolTip(_text("Thumbnail size"))
        bar.addWidget(self._size_slider)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self.search)
        menu = QMenu(self._appearance_button)
        menu.addActions([self.actions_by_id[name] for name in APPEARANCES])
        self._appearance_button.setMenu(menu)
        self._appearance_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._appearance_button.setAccessibleName(_text("Appearance"))
        self._appearance_button.setToolTip(_text("Light or dark"))
        bar.addWidget(self._appearance_button)

    def _connect(self) -> None:
        for action in self._pane_actions():
            action.setChecked(True)
            action.toggled.connect(self._make_room)
        self._stack.currentChanged.connect(self._make_room)
        self._stack.currentChanged.connect(self.page_changed)
        self._size_slider.valueChanged.connect(self.grid.set_cell_size)
        self.grid.cell_size_changed.connect(self._size_slider.setValue)

    def _pane_actions(self) -> list[QAction]:
        names = ("show_dates", "show_metadata", "show_timeline")
        return [self.actions_by_id[name] for name in names]

    def _make_room(self) -> None:
        """Show what belongs around the page: nothing around a large image on a full screen."""
        bare = self.shows_large and self.isFullScreen()
        dates, metadata, timeline = (action.isChecked() for action in self._pane_actions())
        self.dates.setVisible(dates and not bare)
        self.metadata.setVisible(metadata and not bare)
        self.timeline.setVisible(timeline and not self.shows_large)
        for widget in (self.menuBar(), self._tools, self.stats):
            widget.setVisible(not bare)
        self.large.set_bar_shown(not bare)

    def _draw_icons(self) -> None:
        set_icons(self.actions_by_id, self.palette())
        self._appearance_button.setIcon(icon("appearance", self.palette().buttonText().color()))


def _text(source: str) -> str:
    return translated("window", source)
