"""The pages: https://developers.facebook.com/docs/graph-api/reference/page/."""

from typing import Any

# What Graph gives when no fields are named.
DEFAULT_FIELDS = ("name",)


def build_pages() -> list[dict[str, Any]]:
    """Made anew for every stand-in: their numbers change while it runs."""
    return [
        {
            "id": "100200300400501",
            "name": "Acme Rockets",
            "username": "acmerockets",
            "about": "We build things that leave the ground.",
            "category": "Aerospace Company",
            "link": "https://www.facebook.com/acmerockets",
            "fan_count": 48_210,
            "followers_count": 51_034,
            "website": "https://acme.example",
            "verification_status": "blue_verified",
        },
        {
            "id": "100200300400502",
            "name": "Tidewater Tools",
            "username": "tidewatertools",
            "about": "Software for harbours and their people.",
            "category": "Software Company",
            "link": "https://www.facebook.com/tidewatertools",
            "fan_count": 3_115,
            "followers_count": 3_402,
            "website": "https://tidewater.example",
            "verification_status": "not_verified",
        },
        # A page without a website and without an about: Graph leaves out what is not there.
        {
            "id": "100200300400503",
            "name": "Café am Kai",
            "username": "cafeamkai",
            "category": "Café",
            "link": "https://www.facebook.com/cafeamkai",
            "fan_count": 612,
            "followers_count": 640,
            "verification_status": "not_verified",
        },
    ]


FIELDS = frozenset(
    {
        "id",
        "name",
        "username",
        "about",
        "category",
        "link",
        "fan_count",
        "followers_count",
        "website",
        "verification_status",
    }
)
