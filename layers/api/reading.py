"""Routers of addresses that are only read: GET, and HEAD with the same headers and no body."""

from collections.abc import Callable
from typing import Any, TypeVar

from ninja import Router

View = TypeVar("View", bound=Callable[..., Any])


class ReadRouter(Router):
    """A router whose `get` answers HEAD as well; HEAD is not repeated in the API description."""

    def get(self, path: str, **options: Any) -> Callable[[View], View]:
        """Register a view for GET and HEAD."""

        def register(view: View) -> View:
            self.api_operation(["GET"], path, **options)(view)
            self.api_operation(["HEAD"], path, **{**options, "include_in_schema": False})(view)
            return view

        return register
