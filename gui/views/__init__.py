"""Views: they paint, and tell what a person does; they never call the core."""
