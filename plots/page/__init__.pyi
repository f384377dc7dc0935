from .render import render_page

__all__ = [
    "render_page",
]
