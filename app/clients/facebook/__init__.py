"""Facebook's Graph API: https://developers.facebook.com/docs/graph-api."""

from app.clients.facebook.client import FacebookClient
from app.clients.facebook.dialect import FacebookDialect
from app.clients.facebook.fake import FakeFacebookClient

__all__ = ["FacebookClient", "FacebookDialect", "FakeFacebookClient"]
