# Who gets what, and when. Run it: sanic examples.minimal.app:create_app (SANIC_GITHUB_API: another base URL)
from typing import Any

from dependency_injector import containers, providers
from sanic import Sanic

from . import api, clients, services


class Container(containers.DeclarativeContainer):
    base_url = providers.Dependency(instance_of=str)
    upstream = providers.Singleton(clients.Upstream, base_url)
    session = providers.Resource(clients.Upstream.opened, upstream)  # what depended on it would become a Future
    client = providers.Factory(clients.GitHubClient, upstream)
    service = providers.Factory(services.Catalog, client)  # a Singleton, once made, would miss an override below


def create_app() -> Sanic[Any, Any]:
    app = Sanic("minimal")
    container = app.ctx.container = Container(base_url=app.config.get("GITHUB_API", "https://api.github.com/"))
    container.wire(modules=[api], warn_unresolved=True)
    app.blueprint(api.blueprint)
    # In every worker: open before its first request, closed after its last. Sanic awaits what these return.
    app.before_server_start(lambda app: app.ctx.container.init_resources())
    app.after_server_stop(lambda app: app.ctx.container.shutdown_resources())
    return app
