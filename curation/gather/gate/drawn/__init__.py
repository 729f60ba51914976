"""The formats that illustrators work with. Only a worker imports them, before it closes its doors:
whoever starts one needs none of their libraries."""
