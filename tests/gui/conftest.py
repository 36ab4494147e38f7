"""Real windows, offscreen."""

from tests.windows import application, pytest_asyncio_loop_factories, pytest_itemcollected

__all__ = ["application", "pytest_asyncio_loop_factories", "pytest_itemcollected"]
