"""A small GitHub: real JSON shapes, paging, validators and quota, over invented repositories."""

from app.demo.github.knobs import Knobs
from app.demo.github.quota import Limits
from app.demo.github.server import GitHubStandIn

__all__ = ["GitHubStandIn", "Knobs", "Limits"]
