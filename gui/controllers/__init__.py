"""Controllers: they hear what a person wants, await the core, and change the models."""
