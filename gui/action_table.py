"""Every action of the window, as one table that menus, tool bar and shortcut list come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Need = Literal[
    "store", "writable", "selection", "few", "trashed", "selected", "work", "undo", "redo",
    "images", "small", "close", "large", "comparison",
]  # fmt: skip
Within = Literal["", "grid", "large"]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action; its ``text``, ``menu`` and ``tip`` are translated where they are shown.

    Attributes:
        id: The name by which the program knows it.
        text: As in the menu, with its mnemonic; "…" where it asks something first.
        menu: "File", or "View/Appearance" for a submenu.
        section: Within its menu; a line is drawn between two sections.
        shortcuts: The first is shown in the menu.
        icon: Of ``resources/icons``.
        tip: What it does, for its tool tip.
        needs: What must all be there for it to be enabled: an open store, one that can be
            written, selected images, as many as can be compared, a selection in the trash, one of
            the two, work under way, something to undo, images to look at, any page but the next
            two, either of them, the large view, the comparison.
        checkable: It has a state.
        group: Of those in one group exactly one is checked.
        within: The part of the window in which the shortcuts work; "" for all of it.
    """

    id: str
    text: str
    menu: str
    section: int = 0
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    needs: tuple[Need, ...] = ()
    checkable: bool = False
    group: str = ""
    within: Within = ""


ACTIONS: Final = (
    ActionRow("open", "&Open store…", "File", 0, ("Ctrl+O",), "open", "Open a store's folder"),
    ActionRow("recent", "Open &recent", "File", 0, tip="Stores opened before"),
    ActionRow("import", "&Import…", "File", 1, ("Ctrl+I",), "import",
              "Copy image files and folders into the store", ("writable",)),
    ActionRow("import_folder", "Import a &folder…", "File", 1, ("Ctrl+Shift+I",), "",
              "Copy all images in a folder into the store", ("writable",)),
    ActionRow("import_report", "Import re&port…", "File", 1, (), "",
              "What the last import did, and what it left out", ("store",)),
    ActionRow("export", "&Export…", "File", 1, ("Ctrl+E",), "export",
              "Copy the selected images to a folder", ("selection",)),
    ActionRow("quit", "&Quit", "File", 2, ("Ctrl+Q",), tip="Close Contact Sheet"),
    ActionRow("undo", "&Undo", "Edit", 0, ("Ctrl+Z",), "undo",
              "Take back what was done last", ("undo",)),
    ActionRow("redo", "&Redo", "Edit", 0, ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
              "Do again what was taken back last", ("redo",)),
    ActionRow("copy_image", "&Copy", "Edit", 1, ("Ctrl+C",), "copy",
              "Copy the selected images and their files", ("selection",)),
    ActionRow("copy_prompt", "Copy &prompt", "Edit", 1, ("Ctrl+Shift+C",), "",
              "Copy the selected images' prompts", ("selection",)),
    ActionRow("copy_path", "Copy file p&ath", "Edit", 1, ("Ctrl+Alt+C",), "",
              "Copy the selected images' file names with their folders", ("selection",)),
    ActionRow("paste", "Pa&ste", "Edit", 1, ("Ctrl+V",), "",
              "Import the files or the image on the clipboard", ("writable",)),
    ActionRow("select_all", "Select &all", "Edit", 2, ("Ctrl+A",), "",
              "Select every image shown", ("store", "small")),
    ActionRow("select_none", "Select &none", "Edit", 2, ("Ctrl+Shift+A",), "",
              "Select nothing", ("selected", "small")),
    ActionRow("search", "Searc&h", "Edit", 3, ("Ctrl+F", "/"), "search",
              "Find images by their prompts and what else is known of them", ("store",)),
    ActionRow("clear_search", "Clear the s&earch", "Edit", 3, (), "", "Show all images again",
              ("store",)),
    ActionRow("preferences", "Pre&ferences…", "Edit", 4, ("Ctrl+,",), "preferences",
              "How the store is kept, and how the window looks"),
    ActionRow("pin", "&Pin", "Image", 0, ("P",), "pin",
              "Keep the selected images from every clean-up, or no longer",
              ("selection", "writable")),
    *(
        ActionRow(f"rate_{stars}", f"&{stars} {'★' * stars}".strip(), "Image/&Rating", 0,
                  (f"Alt+{stars}",), "", f"Give the selected images {stars} of 5 stars"
                  if stars else "Take the rating from the selected images",
                  ("selection", "writable"))
        for stars in range(6)
    ),
    ActionRow("tags", "&Tags…", "Image", 0, ("T",), "",
              "Give the selected images tags, or take them away", ("selection", "writable")),
    ActionRow("delete", "&Delete", "Image", 0, ("Del",), "delete",
              "Move the selected images to the trash", ("selection", "writable")),
    ActionRow("restore", "Re&store", "Image", 0, ("Ctrl+R",), "undo",
              "Put what is selected in the trash back where it was", ("trashed", "writable")),
    ActionRow("delete_for_good", "Delete for &good…", "Image", 0, ("Shift+Del",), "",
              "Remove what is selected in the trash from the disk", ("trashed", "writable")),
    ActionRow("open_image", "&Open with the default program", "Image", 1, ("Ctrl+Return",), "",
              "Open the selected images in the program the desktop has for them", ("selection",)),
    ActionRow("reveal", "Show in &file manager", "Image", 1, ("Ctrl+Shift+R",), "",
              "Show the selected image in its folder", ("selection",)),
    ActionRow("large_view", "Lar&ge view", "View", 0, ("Return", "Enter", "Space"), "large",
              "Show the current image as large as fits", ("images", "small"), within="grid"),
    ActionRow("compare", "&Compare", "View", 0, ("C",), "compare",
              "Show two to four selected images side by side, and what differs", ("few", "small")),
    ActionRow("back", "&Back to the images", "View", 0, ("Esc",), "back",
              "Show all images again", ("close",)),
    ActionRow("next", "&Next image", "View/&Image", 0, ("Right", "PgDown", "Space"), "next",
              "Show the next image", ("close",), within="large"),
    ActionRow("previous", "&Previous image", "View/&Image", 0,
              ("Left", "PgUp", "Backspace"), "previous",
              "Show the image before", ("close",), within="large"),
    ActionRow("first", "&First image", "View/&Image", 0, ("Home",), "",
              "Show the first of the images", ("close",), within="large"),
    ActionRow("last", "&Last image", "View/&Image", 0, ("End",), "",
              "Show the last of the images", ("close",), within="large"),
    ActionRow("zoom_in", "Zoom &in", "View/&Image", 0, ("+", "=", "Ctrl++", "Ctrl+="), "zoom_in",
              "Show the image larger", ("close",)),
    ActionRow("zoom_out", "Zoom &out", "View/&Image", 0, ("-", "Ctrl+-"), "zoom_out",
              "Show the image smaller", ("close",)),
    ActionRow("zoom_whole", "&Whole image", "View/&Image", 0, ("0", "Ctrl+0"), "whole",
              "Show the image whole", ("close",)),
    ActionRow("zoom_full", "F&ull size", "View/&Image", 0, ("1",), "one_to_one",
              "Show each pixel of the image as one of the screen", ("close",)),
    ActionRow("turn_right", "&Turn right", "View/&Image", 0, ("R",), "turn",
              "Turn the view; the file stays as it is", ("close",)),
    ActionRow("turn_left", "Turn l&eft", "View/&Image", 0, ("Shift+R",), "",
              "Turn the view; the file stays as it is", ("close",)),
    ActionRow("information", "Infor&mation", "View/&Image", 0, ("I",), "information",
              "Show the prompt and some facts over the image", ("large",), checkable=True),
    ActionRow("link_zoom", "&Zoom and pan together", "View/C&omparison", 0, ("L",), "link",
              "Show the same part of all images that are compared", ("comparison",),
              checkable=True),
    ActionRow("only_differences", "&Only what differs", "View/C&omparison", 0, ("D",),
              "differences", "Leave out what is the same in all images that are compared",
              ("comparison",), checkable=True),
    ActionRow("remove_compared", "&Take out of the comparison", "View/C&omparison", 0, ("X",),
              "cancel", "Compare the other images without this one", ("comparison",)),
    ActionRow("slide_show", "&Slide show", "View", 0, ("Ctrl+Shift+S",), "slide_show",
              "Show one image after the other", ("images",), checkable=True),
    ActionRow("slide_2", "Every &2 seconds", "View/Slide show &interval", 0, tip="Show each image "
              "for two seconds", checkable=True, group="slide"),
    ActionRow("slide_5", "Every &5 seconds", "View/Slide show &interval", 0, tip="Show each image "
              "for five seconds", checkable=True, group="slide"),
    ActionRow("slide_10", "Every &10 seconds", "View/Slide show &interval", 0, tip="Show each "
              "image for ten seconds", checkable=True, group="slide"),
    ActionRow("slide_30", "Every &30 seconds", "View/Slide show &interval", 0, tip="Show each "
              "image for half a minute", checkable=True, group="slide"),
    ActionRow("full_screen", "F&ull screen", "View", 0, ("F11",), "full_screen",
              "Fill the screen, or no longer", checkable=True),
    ActionRow("larger", "&Larger thumbnails", "View", 1, ("+", "=", "Ctrl++", "Ctrl+="),
              tip="Show fewer, larger thumbnails", needs=("small",)),
    ActionRow("smaller", "&Smaller thumbnails", "View", 1, ("-", "Ctrl+-"),
              tip="Show more, smaller thumbnails", needs=("small",)),
    ActionRow("reset_size", "&Default thumbnail size", "View", 1, ("Ctrl+0",),
              tip="Show thumbnails in the size they have at first", needs=("small",)),
    *(
        ActionRow(f"sort_{name}", text, "View/&Sort by", 1, (), "", tip, ("store",), True, "sort")
        for name, text, tip in (
            ("date", "&Date", "Show the newest or the oldest images first"),
            ("size", "Si&ze", "Show the largest or the smallest files first"),
            ("name", "&Name", "Show the images in the order of their files' names"),
            ("model", "&Model", "Show the images in the order of their models' names"),
            ("cost", "&Cost", "Show the dearest or the cheapest images first"),
            ("rating", "&Rating", "Show the images with the most or the fewest stars first"),
        )
    ),
    ActionRow("sort_ascending", "&Ascending", "View/&Sort by", 1, tip="From the oldest, smallest, "
              "cheapest, lowest rated, or from A", needs=("store",), checkable=True,
              group="direction"),
    ActionRow("sort_descending", "D&escending", "View/&Sort by", 1, tip="From the newest, largest, "
              "dearest, best rated, or from Z", needs=("store",), checkable=True,
              group="direction"),
    *(
        ActionRow(f"group_{name}", text, "View/&Group by", 1, (), "", tip, ("store",), True,
                  "group")
        for name, text, tip in (
            ("day", "&Day", "Show the images of each day together"),
            ("month", "&Month", "Show the images of each month together"),
            ("model", "M&odel", "Show the images of each model together"),
            ("prompt", "Same &prompt", "Show the images of each prompt together"),
            ("nothing", "&Nothing", "Show all images together"),
        )
    ),
    ActionRow("follow_newest", "&Follow the newest", "View", 2, ("Ctrl+Shift+N",), "",
              "Keep the newest image in view as images come", checkable=True),
    ActionRow("show_dates", "Show da&tes", "View", 2, ("Ctrl+1",), "",
              "Show or hide the tree of dates", checkable=True),
    ActionRow("show_facets", "Show &facets", "View", 2, ("Ctrl+4",), "",
              "Show or hide how many images there are by model, format and more", checkable=True),
    ActionRow("show_metadata", "Show &metadata", "View", 2, ("Ctrl+2",), "",
              "Show or hide the facts about the selection", checkable=True),
    ActionRow("show_timeline", "Show t&imeline", "View", 2, ("Ctrl+3",), "",
              "Show or hide how much was made when", checkable=True),
    ActionRow("timeline_bytes", "Timeline by &bytes", "View", 2, (), "",
              "Show in the timeline how many bytes were made, and not how many images",
              checkable=True),
    ActionRow("appearance_system", "As the &system", "View/A&ppearance", 3, tip="Light or dark as "
              "the desktop is", checkable=True, group="appearance"),
    ActionRow("appearance_light", "&Light", "View/A&ppearance", 3, tip="Always light",
              checkable=True, group="appearance"),
    ActionRow("appearance_dark", "&Dark", "View/A&ppearance", 3, tip="Always dark",
              checkable=True, group="appearance"),
    ActionRow("rescan", "&Rescan", "Store", 0, ("F5",), "rescan",
              "Look for what changed in the store's folders", ("store",)),
    ActionRow("prune", "&Prune…", "Store", 1, ("Ctrl+Shift+P",), "prune",
              "See what could go, and let it go", ("store",)),
    ActionRow("clean_up", "Clean up &now", "Store", 1, (), "",
              "Let go what the store's settings say", ("writable",)),
    ActionRow("empty_trash", "&Empty the trash…", "Store", 1, ("Ctrl+Shift+Del",), "",
              "Remove everything in the trash from the disk", ("writable",)),
    ActionRow("statistics", "&Statistics…", "Store", 2, ("Ctrl+T",), "",
              "See how the store grows, what it is made of, and what it cost", ("store",)),
    ActionRow("open_folder", "Open &folder", "Store", 2, ("Ctrl+Shift+O",), "",
              "Show the store's folder in the file manager", ("store",)),
    ActionRow("cancel_work", "&Cancel work", "Store", 0, ("Ctrl+.",), "cancel",
              "Stop what is under way", ("work",)),
    ActionRow("shortcuts", "&Shortcuts", "Help", 0, ("F1", "?"), "", "List every shortcut"),
    ActionRow("about", "&About Contact Sheet", "Help", 1, tip="Version and licence"),
)  # fmt: skip
