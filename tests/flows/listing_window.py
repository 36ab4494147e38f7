"""A program with a list and a tree, for the outside harness to prove itself on."""

import sys

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QLabel, QListView, QSplitter, QTreeView

app = QApplication(sys.argv)
images = QListView()
images.setAccessibleName("Images")
images.setModel(QStringListModel([f"picture {number}" for number in range(500)]))

months = QStandardItemModel()
year = QStandardItem("2026")
for month in ("November", "October"):
    item = QStandardItem(month)
    item.setData(f"{month}, 30 images", Qt.ItemDataRole.AccessibleDescriptionRole)
    year.appendRow(item)
months.appendRow(year)
dates = QTreeView()
dates.setAccessibleName("Dates")
dates.setModel(months)
dates.setHeaderHidden(True)
dates.expandAll()

chosen = QLabel("nothing chosen")
images.selectionModel().selectionChanged.connect(
    lambda *_: chosen.setText(f"{len(images.selectedIndexes())} chosen")
)
images.setSelectionMode(QListView.SelectionMode.ExtendedSelection)

window = QSplitter()
window.setWindowTitle("Listing")
for part in (dates, images, chosen):
    window.addWidget(part)
window.resize(800, 500)
window.show()
sys.exit(app.exec())
