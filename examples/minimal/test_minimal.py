from .app import Container
from .clients import FakeGitHubClient, Repository


async def test_the_most_starred_comes_first() -> None:
    calm, loud = (Repository(full_name=f"octo/{n}", stargazers_count=s) for n, s in (("calm", 1), ("loud", 9)))
    container = Container()
    container.client.override(FakeGitHubClient(calm, loud))
    assert await container.service().ranking("octo", ["calm", "loud"]) == [loud, calm]
