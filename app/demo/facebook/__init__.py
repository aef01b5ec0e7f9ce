"""A small Facebook Graph: three invented pages, asked for field by field."""

from app.demo.facebook.server import FacebookKnobs, FacebookStandIn

__all__ = ["FacebookKnobs", "FacebookStandIn"]
