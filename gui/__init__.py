"""The window of Contact Sheet: Qt over the core."""
