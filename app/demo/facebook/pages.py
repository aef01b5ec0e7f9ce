"""The pages: https://developers.facebook.com/docs/graph-api/reference/page/."""

from datetime import UTC, datetime
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


POST_FIELDS = frozenset({"id", "message", "created_time", "permalink_url", "status_type", "shares", "story"})
DEFAULT_POST_FIELDS = ("created_time", "message", "story")
MOST_POSTS = 100
NEWEST_POST_AT = 1_780_306_200
"""Unless told otherwise: 2026-06-01T09:30:00Z."""
_SUBJECTS = ("The new pump house", "Open day at the pier", "A word on tides", "Why we paint hulls", "Before the storm")


def build_posts(page: dict[str, Any], number: int, newest_at: int) -> list[dict[str, Any]]:
    """Newest first, one every other day; every fifth has no text, as a photograph may have. `newest_at` is in Unix seconds."""
    posts = []
    for place in range(number, 0, -1):
        written = datetime.fromtimestamp(newest_at - 2 * 86_400 * (number - place), UTC)
        post: dict[str, Any] = {
            "id": f"{page['id']}_{700_000 + place}",
            "created_time": f"{written:%Y-%m-%dT%H:%M:%S}+0000",
            "permalink_url": f"https://www.facebook.com/{page['username']}/posts/{700_000 + place}",
            "status_type": "added_photos" if place % 5 == 0 else "mobile_status_update",
        }
        if place % 5:
            post["message"] = f"{_SUBJECTS[place % len(_SUBJECTS)]}, part {place}."
        if place % 3 == 0:
            post["shares"] = {"count": place * 2}
        posts.append(post)
    return posts


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
