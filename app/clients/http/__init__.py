"""Any other upstream (`kind: http`): no typed client, the plain dialect."""

from app.clients.http.dialect import PlainDialect

__all__ = ["PlainDialect"]
