from .render import image_address, render_page, render_results_page

__all__ = [
    "image_address",
    "render_page",
    "render_results_page",
]
