"""The program from outside: what a screen reader is told, what keys and clicks do."""

from __future__ import annotations

from tests.flows.atspi import Desktop
from tests.stores import newest_first, totals_by_day


def test_everything_has_its_name_and_can_be_driven(desktop: Desktop, store, tmp_path):
    base = store(images=40, days=5)
    truth = totals_by_day(base)
    newest = max(truth)
    program = desktop.start("contact-sheet", base)
    program.resize(1400, 900)
    tree = program.wait_until(
        lambda node: (
            any(item.name for item in node.find("list", "Images").children)
            and node.find("list", "Images").child_count == 40
            and node.find("list", "Images").children[0].name.startswith("A picture of")
        )
    )
    assert tree.find("frame").name == f"{base.name} — Contact Sheet"
    names = ("Dates", "Images", "Metadata", "Store status")
    roles = ("tree", "list", "panel", "status bar")
    parts = [(n.role, n.name) for n in tree.walk() if n.name in names and n.role in roles]
    assert parts == [
        ("tree", "Dates"),
        ("list", "Images"),
        ("panel", "Metadata"),
        ("status bar", "Store status"),
    ]
    first = tree.find("list", "Images").children[0]
    assert newest_first(base)[0].stem  # the newest is first
    assert (
        "2026" in first.description and "kB" in first.description
    ) or "bytes" in first.description

    dates = tree.find("tree", "Dates")
    names = [cell.name for cell in dates.find_all("table cell")]
    assert names[:5] == ["All images", "Pinned", "Trash", "2026", "November"]
    assert dates.find("table cell", "All images").description.startswith("40 images, ")
    day = next(cell for cell in dates.find_all("table cell") if cell.name.endswith(" 20"))
    assert day.description.startswith(f"{truth[newest][0]} images, ")

    desktop.click(*first.centre)
    tree = program.wait_until(
        lambda node: any(
            label.name == first.name for label in node.find("panel", "Metadata").find_all("label")
        )
    )
    labels = [n.name for n in tree.find("panel", "Metadata").find_all("label") if n.name]
    assert labels.index("Prompt") < labels.index(first.name) < labels.index("Model")

    desktop.click(*day.centre)
    program.wait_until(lambda node: node.find("list", "Images").child_count == truth[newest][0])
    desktop.click(*dates.find("table cell", "All images").centre)
    program.wait_until(lambda node: node.find("list", "Images").child_count == 40)

    desktop.click(*program.wait_for("list", "Images").children[0].centre)
    desktop.press("ctrl+a")
    program.wait_until(lambda node: "40 selected" in node.find("status bar").description)
    desktop.press("F1")
    program.wait_for("dialog", "Shortcuts")
    desktop.press("Escape")
    program.wait_until(lambda node: not node.find_all("dialog", "Shortcuts"))
    program.focus()  # no window manager gives it back
    desktop.press("ctrl+q")
    assert program.wait() == 0
    assert "Traceback" not in program.log


def test_a_comparison_is_told_in_words(desktop: Desktop, store):
    base = store(images=6, days=1)
    program = desktop.start("contact-sheet", base)
    tree = program.wait_until(
        lambda node: (
            [item.name[:12] for item in node.find("list", "Images").children[:2]]
            == ["A picture of"] * 2
        )
    )
    one, other = tree.find("list", "Images").children[:2]
    desktop.click(*one.centre)
    desktop.press("shift+Right", "c")
    said = f"Image 2: {other.name}"
    tree = program.wait_until(
        lambda node: (
            any("added" in cell.description for cell in node.find_all("table cell"))
            and node.find_all("image", said)
        )
    )
    shown = tree.find("panel", "Comparison")
    order = [node.name for node in shown.walk() if node.role in ("image", "table")]
    assert order == [f"Image 1: {one.name}", said, "What is known of the images"]
    assert shown.find("image", f"Image 1: {one.name}").description.startswith("current, ")
    prompts = [cell for cell in shown.find_all("table cell") if cell.name == other.name]
    assert prompts[0].description.startswith("differs; without: ")
    assert "added: " in prompts[0].description
