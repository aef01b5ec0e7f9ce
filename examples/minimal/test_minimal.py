from .app import Container
from .clients import FakeGitHubClient, Repository


async def test_a_thousand_stars_are_popular() -> None:
    container = Container()
    container.client.override(FakeGitHubClient(Repository(full_name="octo/loud", stargazers_count=1000)))
    assert await container.service().is_popular("octo", "loud")
