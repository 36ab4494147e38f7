"""Models: what is shown, ready at once; asking them never starts work."""
