"""Ways to get at what was fetched with somebody else's credential. Each asks as several people; a `Siege` listens.

In all of them somebody fetches first what the others want, with an upstream that calls everything public.
"""

import asyncio
import base64

from tests.integration.partitions.siege import PAGE, Siege
from tests.integration.partitions.vault import TOKENS, secret_of

EVERYBODY = ("alice", "bob", "carol", "gateway", "nobody")
STALE = "public, max-age=0, stale-while-revalidate=600, stale-if-error=600"
DOUBTFUL = "public, max-age=0, stale-while-revalidate=0, stale-if-error=600"


async def in_turn(siege: Siege, path: str = "/github/thing", **fields: str) -> None:
    """Everybody, twice, each getting their own."""
    for _ in range(2):
        for who in EVERYBODY:
            got = await siege.ask(who, path, **fields)
            assert got.status in {200, 206, 301, 304}, (who, path, got)


# The same question with another credential.


async def another_token(siege: Siege) -> None:
    await siege.ask("alice")
    assert (await siege.ask("bob")).body["for"] == secret_of("bob")


async def no_token(siege: Siege) -> None:
    await siege.ask("alice")
    assert (await siege.ask("nobody")).body["for"] == secret_of("nobody")


async def the_gateways_own(siege: Siege) -> None:
    await siege.ask("alice")
    assert (await siege.ask("gateway")).body["for"] == secret_of("gateway")


async def everybody_in_turn(siege: Siege) -> None:
    await in_turn(siege)
    assert len(siege.vault.seen) == len(EVERYBODY)


async def on_a_plain_mount(siege: Siege) -> None:
    for who in ("alice", "bob", "nobody", "alice", "bob", "nobody"):
        await siege.ask(who, "/plain/thing")
    for who in ("alice", "gateway", "bob", "nobody"):
        await siege.ask(who, "/kept/thing")


async def on_another_upstream(siege: Siege) -> None:
    await siege.ask("alice", "/github/thing")
    for path in ("/plain/thing", "/kept/thing"):
        await siege.ask("bob", path)
    await siege.ask("nobody", "/plain/thing")


async def packed(siege: Siege) -> None:
    siege.vault.packs = True
    await in_turn(siege)
    await in_turn(siege, Accept_Encoding="identity")


# Revoked.


async def a_revoked_token(siege: Siege) -> None:
    siege.vault.cache_control = DOUBTFUL
    await siege.ask("alice")
    siege.vault.revoked.add("alice")
    assert (await siege.ask("alice")).status == 401
    assert (await siege.ask("bob")).body["for"] == secret_of("bob")
    siege.refuses(await siege.ask("alice"), "alice")
    siege.vault.failing = True
    siege.refuses(await siege.ask("alice"), "alice")
    assert (await siege.ask("bob")).body["for"] == secret_of("bob")


async def a_revoked_token_that_asks_for_the_head(siege: Siege) -> None:
    siege.vault.cache_control = DOUBTFUL
    await siege.ask("alice")
    siege.vault.revoked.add("alice")
    await siege.ask("alice", method="HEAD")
    siege.vault.failing = True
    siege.refuses(await siege.ask("alice"), "alice")


async def a_revoked_token_in_the_background(siege: Siege) -> None:
    siege.vault.cache_control = STALE
    await siege.ask("alice")
    siege.vault.revoked.add("alice")
    await siege.ask("alice")  # may still be served, and finds out
    await siege.until(lambda: siege.vault.times("/thing") == 2)
    await asyncio.sleep(0.02)
    siege.refuses(await siege.ask("alice"), "alice")
    await siege.ask("bob")


async def what_is_hidden_from_one(siege: Siege) -> None:
    siege.vault.hidden = {"bob", "nobody"}
    await siege.ask("alice")
    assert (await siege.ask("bob")).status == 404
    assert (await siege.ask("nobody")).status == 404
    assert (await siege.ask("alice")).status == 200
    assert (await siege.ask("bob")).status == 404


# Whose machine is this?


async def a_page_after_a_tool(siege: Siege) -> None:
    await siege.ask("gateway")
    await siege.ask("gateway")
    for origin in ("https://page.example", "null", "http://localhost:8000"):
        await siege.ask("nobody", Origin=origin)


async def a_rebound_name(siege: Siege) -> None:
    """A page whose own name leads to 127.0.0.1 asks without an Origin; only the Host tells."""
    await siege.ask("gateway")
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"):
        await siege.ask_bare("nobody", Host=host)
    for raw in ("", "evil.example\nHost: 127.0.0.1", "127.0.0.1\nHost: evil.example", "evil.example@127.0.0.1"):
        await siege.raw("nobody", f"GET /github/thing HTTP/1.1\nHost: {raw}\nConnection: close\n\n")


async def a_picture_in_a_page(siege: Siege) -> None:
    """A page asks for a picture or a script without an Origin; browsers tell where it stands."""
    await siege.ask("gateway")
    for site in ("cross-site", "same-site"):
        await siege.ask_bare("nobody", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")


async def through_a_proxy_on_this_machine(siege: Siege) -> None:
    await siege.ask("gateway")
    for field in ("X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host", "Forwarded", "Via", "X-Forwarded-Proto"):
        await siege.ask_bare("nobody", **{field: "for=203.0.113.7"})


async def hiding_the_origin_behind_connection(siege: Siege) -> None:
    await siege.ask("gateway")
    for name in ("Origin", "X-Forwarded-For"):
        await siege.raw(
            "nobody",
            f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{name}: x\nConnection: close, {name}\n\n",
        )


async def a_write_from_a_tool(siege: Siege) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "PURGE"):
        await siege.ask_bare("nobody", method=method)
    for field in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        await siege.ask_bare("gateway", **{field: "DELETE"})
    own = {method for who, method, _ in siege.vault.seen if who == "gateway"}
    if own != {"GET"}:
        siege.leaks.append(f"the gateway's own token was used for {own}")


# Where the request seems to go.


async def a_hostile_host(siege: Siege) -> None:
    await siege.ask("alice")
    for host in ("evil.example", "127.0.0.1", "github", "api.github.com"):
        await siege.ask("bob", Host=host)
        await siege.ask("nobody", Host=host)


async def forwarded_fields_poison_nothing(siege: Siege) -> None:
    """What nobody in particular asks is everybody's: a field outside of the key must not shape it."""
    for field in ("X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Forwarded-Prefix"):
        path = f"/plain/{field}"
        await siege.ask_bare("carol", path, **PAGE, **{field: "secret-of-carol"})
        await siege.ask("nobody", path)


async def an_absolute_target(siege: Siege) -> None:
    host = siege.base_url.removeprefix("http://")
    await siege.ask("alice")
    await siege.ask("gateway")
    for authority in (host, "evil.example", "api.github.com"):
        for credential, who in ((f"Authorization: Bearer {TOKENS['bob']}", "bob"), ("Origin: https://x", "nobody")):
            target = f"GET http://{authority}/github/thing HTTP/1.1\nHost: {host}"
            await siege.raw(who, f"{target}\n{credential}\nConnection: close\n\n")


async def other_spellings_of_the_mount(siege: Siege) -> None:
    await siege.ask("alice")
    for path in ("//github/thing", "/%67ithub/thing", "/github;x/thing", "/GitHub/thing", "/./github/thing"):
        await siege.ask("bob", path)
        await siege.ask("nobody", path)


# What upstream says of caches.


async def whatever_vary_says(siege: Siege) -> None:
    for number, vary in enumerate(("*", "", "X-Other", "Authorization", "Accept, *", "Cookie, Accept-Encoding")):
        siege.vault.fields = [("Vary", vary)] if vary else []
        await in_turn(siege, f"/github/vary-{number}")
        await in_turn(siege, f"/github/vary-{number}-other", X_Other="the same")


async def whatever_cache_control_says(siege: Siege) -> None:
    for number, said in enumerate((
        "public, s-maxage=31536000, immutable", "", 'max-age=60, private="x-for"', "no-cache", "must-revalidate, max-age=60",
        "PUBLIC, MAX-AGE=60", "max-age=60, proxy-revalidate", "no-store",
    )):  # fmt: skip
        siege.vault.cache_control = said
        await in_turn(siege, f"/github/said-{number}")
    siege.vault.cache_control = ""
    siege.vault.fields = [("CDN-Cache-Control", "max-age=600"), ("Cache-Control", "no-store")]
    await in_turn(siege, "/github/targeted")
    siege.vault.fields = [("Expires", "Thu, 01 Jan 2099 00:00:00 GMT"), ("Surrogate-Control", "max-age=99")]
    await in_turn(siege, "/github/expires")


async def a_cookie_for_one(siege: Siege) -> None:
    siege.vault.fields = [("Set-Cookie", f"session={secret_of('alice')}")]
    siege.vault.cache_control = "max-age=60"
    await siege.ask("alice")
    siege.vault.fields = []
    for who in ("bob", "nobody", "gateway"):
        await siege.ask(who)


async def a_cookie_for_nobody_in_particular(siege: Siege) -> None:
    siege.vault.cache_control = "max-age=60"
    siege.vault.fields = [("Set-Cookie", f"session={secret_of('alice')}")]
    await siege.ask_bare("alice", Origin="https://page.example")
    siege.vault.fields = []
    await siege.ask("nobody")


# The same thing elsewhere.


async def by_its_number(siege: Siege) -> None:
    for who in ("alice", "gateway"):
        moved = await siege.ask(who, "/github/repos/old/name/issues")
        assert moved.status == 301
        await siege.ask(who, "/github/repositories/17/issues")
    for who in ("bob", "nobody"):
        await siege.ask(who, "/github/repos/old/name/issues")
        await siege.ask(who, "/github/repositories/17/issues")


async def other_spellings_of_the_target(siege: Siege) -> None:
    spellings = (
        "a/b?x=1&y=2", "a/b?y=2&x=1", "a/b", "a/%62", "A/B", "a//b", "a/b/", "a/b;v=1", "a/b?", "a/b?x=%31&y=2",
        "a/b%3Fx=1", "a%2Fb", "a/b?x=1&y=2&", "/a/b", "a/b?x=1;y=2", "a/%2562",
    )  # fmt: skip
    for who in EVERYBODY:
        for spelling in spellings:
            await siege.ask(who, f"/github/{spelling}")


async def a_fragment(siege: Siege) -> None:
    await siege.ask("alice")
    for target in ("/github/thing#x", "/github/thing%23x", "/github/#/thing", "/github/thing?#"):
        credential = f"Authorization: Bearer {TOKENS['bob']}"
        await siege.raw("bob", f"GET {target} HTTP/1.1\nHost: 127.0.0.1\n{credential}\nConnection: close\n\n")


async def a_climbing_target(siege: Siege) -> None:
    await siege.ask("alice")
    for target in ("x/../thing", "x/%2e%2e/thing", "../github/thing", "./thing", "x/..%2fthing"):
        await siege.ask("bob", f"/github/{target}")
        await siege.ask("nobody", f"/github/{target}")


# Other ways to ask.


async def its_head(siege: Siege) -> None:
    await siege.ask("alice")
    for who in EVERYBODY:
        await siege.ask(who, method="HEAD")
        await siege.ask(who, method="HEAD")


async def a_head_first(siege: Siege) -> None:
    for who in EVERYBODY:
        await siege.ask(who, method="HEAD")
    await in_turn(siege)


async def a_part_of_it(siege: Siege) -> None:
    await siege.ask("alice")
    for part in ("bytes=0-", "bytes=-500", "bytes=0-99", "bytes=0-0,1-"):
        for who in ("bob", "nobody", "gateway"):
            await siege.ask(who, Range=part)
            await siege.ask(who, Range=part, If_Range='"alice-/thing"')


async def a_condition_with_anothers_tag(siege: Siege) -> None:
    tag = (await siege.ask("alice")).headers["ETag"]
    for who in ("bob", "nobody", "gateway"):
        for condition in (tag, f"W/{tag}", f'"x", {tag}'):
            got = await siege.ask(who, If_None_Match=condition)
            if got.status == 304:
                siege.leaks.append(f"{who} learned that alice's copy is unchanged")
        await siege.ask(who, If_None_Match="*")
        await siege.ask(who, If_Match=tag)
        await siege.ask(who, If_Modified_Since="Thu, 01 Jan 2099 00:00:00 GMT")


async def a_condition_on_a_cold_key(siege: Siege) -> None:
    got = await siege.ask("alice", If_None_Match='"alice-/thing"')
    assert got.status == 304
    for who in ("bob", "nobody", "gateway"):
        assert (await siege.ask(who)).body["for"] == secret_of(who)
        assert (await siege.ask(who, If_None_Match='"alice-/thing"')).status == 200


async def a_write_in_between(siege: Siege) -> None:
    await siege.ask("alice")
    for writer, method in (("bob", "POST"), ("carol", "DELETE"), ("alice", "PATCH")):
        await siege.ask(writer, method=method)
        await in_turn(siege)


async def a_wish_for_what_is_stored(siege: Siege) -> None:
    await siege.ask("alice")
    for wish in ("only-if-cached", "max-stale", "only-if-cached, max-stale=999", "no-cache", "max-age=0", "no-store"):
        for who in ("bob", "nobody", "gateway"):
            await siege.ask(who, Cache_Control=wish)
    await siege.ask("bob", Pragma="no-cache")


async def a_get_with_a_body(siege: Siege) -> None:
    await siege.ask("alice")
    for who, credential in (("bob", f"Authorization: Bearer {TOKENS['bob']}"), ("nobody", "Origin: https://x")):
        head = f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{credential}\nContent-Length: 2\nConnection: close"
        await siege.raw(who, f"{head}\n\n{{}}")
        await siege.raw(who, head.replace("Content-Length: 2", "Content-Length: 0") + "\n\n")


async def two_media_types(siege: Siege) -> None:
    host = "Host: 127.0.0.1"
    for who, credential in (("alice", f"Authorization: Bearer {TOKENS['alice']}"), ("nobody", "Origin: https://x")):
        two = "Accept: application/json\nAccept: application/vnd.github.secret-of-carol"
        request = f"GET /github/t HTTP/1.1\n{host}\n{credential}\n{two}\nConnection: close\n\n"
        await siege.raw(f"{who}+carol", request)
        await siege.ask(who, "/github/t", Accept="application/json")


# Other ways to be somebody.


async def cookies(siege: Siege) -> None:
    for _ in range(2):
        for who in ("alice", "bob"):
            got = await siege.ask_bare(who, Cookie=f"session={TOKENS[who]}")
            assert got.body["for"] == secret_of(who)
        await siege.ask("nobody")
        await siege.ask("gateway")
    await siege.ask_bare("stranger", Cookie="session=none")


async def one_time_passwords(siege: Siege) -> None:
    for _ in range(2):
        for who in ("alice", "bob"):
            await siege.ask_bare(who, X_GitHub_OTP=TOKENS[who])
        await siege.ask("nobody")
        await siege.ask("gateway")


async def a_token_with_anothers_cookie(siege: Siege) -> None:
    await siege.ask("alice")
    for cookie in (f"x={TOKENS['alice']}", "x=1"):
        await siege.ask("bob", Cookie=cookie)
        await siege.ask_bare("alice", Authorization="Bearer none", Cookie=cookie)
    await siege.ask_bare("stranger", Authorization="Bearer none")
    await siege.ask_bare("stranger", Authorization="Bearer none", Cookie="x=1")


async def other_writings_of_a_token(siege: Siege) -> None:
    for who in ("alice", "bob"):
        basic = base64.b64encode(f"x:{TOKENS[who]}".encode()).decode()
        for value in (f"Bearer {TOKENS[who]}", f"bearer {TOKENS[who]}", f"token  {TOKENS[who]}", TOKENS[who]):
            await siege.ask_bare(who, Authorization=value)
        await siege.ask_bare("stranger", Authorization=f"Basic {basic}")
    await siege.ask_bare("stranger", Authorization=f"Bearer {TOKENS['alice'][:-1]}")
    await siege.ask_bare("stranger", Authorization="")
    await siege.ask_bare("stranger", Authorization="Bearer")


async def other_writings_of_the_field(siege: Siege) -> None:
    await siege.ask("alice")
    token = f"Bearer {TOKENS['bob']}"
    for field in (
        f"authorization: {token}",
        f"AUTHORIZATION:{token}",
        f"Authorization : {token}",
        f"Authorization:\t{token} ",
    ):
        await siege.raw("bob", f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{field}\nConnection: close\n\n")
    folded = f"X-Folded: a\n Authorization: Bearer {TOKENS['alice']}"
    await siege.raw("gateway", f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{folded}\nConnection: close\n\n")


async def two_tokens_at_once(siege: Siege) -> None:
    await siege.ask("alice")
    await siege.ask("bob")
    for first, second in (("alice", "bob"), ("bob", "alice")):
        lines = f"Authorization: Bearer {TOKENS[first]}\nAuthorization: Bearer {TOKENS[second]}"
        await siege.raw("stranger", f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{lines}\nConnection: close\n\n")
        await siege.ask_bare("stranger", Authorization=f"Bearer {TOKENS[first]}, Bearer {TOKENS[second]}")
    await in_turn(siege)


async def a_token_that_connection_names(siege: Siege) -> None:
    await siege.ask("gateway")
    await siege.ask("nobody")
    for _ in range(2):
        field = f"Authorization: Bearer {TOKENS['bob']}\nConnection: close, authorization"
        await siege.raw("bob", f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{field}\n\n")


async def a_key_in_a_field_of_its_own(siege: Siege) -> None:
    """Not every upstream takes Authorization."""
    for field in ("X-Api-Key", "Private-Token"):
        path = f"/plain/{field}"
        for who in ("alice", "bob"):
            got = await siege.ask_bare(who, path, **{field: TOKENS[who]})
            assert got.body["for"] == secret_of(who)
        await siege.ask("nobody", path)
        await siege.ask_bare("gateway", path.replace("plain", "kept"), **{field: ""})


async def a_token_in_the_query(siege: Siege) -> None:
    for who in ("alice", "bob"):
        await siege.ask_bare(who, f"/plain/thing?access_token={TOKENS[who]}", Origin="https://x")
    await siege.ask("nobody", "/plain/thing")
    await siege.ask("nobody", "/plain/thing?access_token=")


# At the same time.


async def at_once(siege: Siege) -> None:
    siege.vault.gate.clear()
    asking = [siege.start(siege.ask(who)) for _ in range(8) for who in EVERYBODY]
    await siege.until(lambda: len(siege.vault.seen) >= len(EVERYBODY))
    await asyncio.sleep(0.05)
    siege.vault.gate.set()
    await asyncio.gather(*asking)


async def at_once_while_one_leaves(siege: Siege) -> None:
    siege.vault.gate.clear()
    first = siege.start(siege.ask("alice"))
    await siege.until(lambda: siege.vault.seen)
    others = [siege.start(siege.ask(who)) for who in ("bob", "nobody", "gateway") for _ in range(3)]
    await asyncio.sleep(0.05)
    first.cancel()
    siege.vault.gate.set()
    await asyncio.gather(*others)


async def at_once_and_private(siege: Siege) -> None:
    """Nobody in particular, and upstream tells them apart all the same."""
    siege.vault.cache_control = "private, max-age=60"
    siege.vault.fields = [("Set-Cookie", f"session={secret_of('alice')}")]
    siege.vault.gate.clear()
    first = siege.start(siege.ask_bare("alice", Origin="https://page.example"))
    await siege.until(lambda: siege.vault.seen)
    second = siege.start(siege.ask("nobody"))
    await asyncio.sleep(0.05)
    siege.vault.gate.set()
    siege.vault.fields = []
    await asyncio.sleep(0.02)
    await asyncio.gather(first, second)


async def at_once_in_other_languages(siege: Siege) -> None:
    siege.vault.fields = [("Vary", "Accept-Language")]
    siege.vault.gate.clear()
    first = siege.start(siege.ask_bare("carol", "/plain/t", Origin="https://x", Accept_Language="secret-of-carol"))
    await siege.until(lambda: siege.vault.seen)
    second = siege.start(siege.ask("nobody", "/plain/t", Accept_Language="fr"))
    await asyncio.sleep(0.05)
    siege.vault.gate.set()
    await asyncio.gather(first, second)


async def streams(siege: Siege) -> None:
    siege.vault.large = True
    await asyncio.gather(*(siege.ask(who) for _ in range(3) for who in EVERYBODY))
    siege.vault.large = False
    await in_turn(siege)


async def on_one_connection(siege: Siege) -> None:
    """A connection is no person: one after the other, without waiting for the answers."""
    lines = [
        f"GET /github/thing HTTP/1.1\nHost: 127.0.0.1\n{credential}\n\n"
        for credential in (
            f"Authorization: Bearer {TOKENS['alice']}",
            f"Authorization: Bearer {TOKENS['alice']}",
            "Origin: https://page.example\nConnection: close",
        )
    ]
    host, port = siege.base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("".join(lines).replace("\n", "\r\n").encode())
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    siege.hears("nobody", said.rpartition(b"HTTP/1.1 200")[2], "the last of a pipeline")
    assert said.count(secret_of("nobody").encode()) >= 1


# Stale.


async def stale_and_upstream_fails(siege: Siege) -> None:
    siege.vault.cache_control = DOUBTFUL
    for who in ("alice", "gateway"):
        await siege.ask(who)
    siege.vault.failing = True
    assert (await siege.ask("alice")).body["for"] == secret_of("alice")
    for who in ("bob", "nobody"):
        assert (await siege.ask(who)).status == 503
        await siege.ask(who, Cache_Control="max-stale")


async def stale_and_renewed_in_the_background(siege: Siege) -> None:
    siege.vault.cache_control = STALE
    for _ in range(3):
        for who in EVERYBODY:
            await siege.ask(who)
            await siege.ask(who, method="HEAD")
        await asyncio.sleep(0.02)
    assert {who for who, _, _ in siege.vault.seen} == set(EVERYBODY)


async def renewed_in_the_background_while_others_ask(siege: Siege) -> None:
    siege.vault.cache_control = STALE
    await siege.ask("alice")
    siege.vault.gate.clear()
    await siege.ask("alice")
    others = [siege.start(siege.ask(who)) for who in ("bob", "nobody", "gateway")]
    await asyncio.sleep(0.05)
    siege.vault.gate.set()
    await asyncio.gather(*others)
    await siege.ask("alice")


# The layers above, and what lies on the disk.


async def the_typed_api_after_the_mount(siege: Siege) -> None:
    await siege.ask(
        "alice", "/github/users/octo", Accept="application/vnd.github+json", X_GitHub_Api_Version="2022-11-28"
    )
    for _ in range(2):
        got = await siege.ask("gateway", "/api/v1/users/octo")
        assert secret_of("gateway").encode() in got.raw


async def the_mount_after_the_typed_api(siege: Siege) -> None:
    same = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    await siege.ask("gateway", "/api/v1/users/octo")
    for _ in range(2):
        for who in ("nobody", "bob", "alice"):
            await siege.ask(who, "/github/users/octo", **same)
    await siege.ask("gateway", "/api/v1/users/octo")


async def answers_that_are_remembered(siege: Siege) -> None:
    for _ in range(3):
        await siege.ask("alice")
    for _ in range(3):
        await in_turn(siege)
    for _ in range(3):
        await siege.ask("bob", X_Request_ID="the same")
        await siege.ask("alice", X_Request_ID="the same")


async def after_a_restart(siege: Siege) -> None:
    await siege.ask("alice")
    await siege.ask("gateway")
    await siege.restart()
    for who in ("bob", "nobody", "carol"):
        assert (await siege.ask(who)).body["for"] == secret_of(who)
    assert (await siege.ask("alice")).body["for"] == secret_of("alice")


ATTACKS = tuple(
    made
    for name, made in list(globals().items())
    if asyncio.iscoroutinefunction(made) and made.__module__ == __name__ and name != "in_turn"
)
