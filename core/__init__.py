"""The storage engine of Contact Sheet; it never imports Qt."""
