import asyncio, aiohttp, time
from tests.gateway import *
from app.server import create_app
from app.clients.github import GitHubClient
from app.errors import *
class H(GitHubClient):
    def __init__(self): pass
    async def repository(self, owner, repo):
        if repo=="boom": raise ValueError("secret token")
        if repo=="abs": raise UpstreamError("github","abstract")
        if repo=="slow": await asyncio.sleep(100)
        raise NotFound("github","nope",status=404)

async def test_x(caplog):
    c=container_of(); c.github_client.override(H())
    app=create_app(c)
    t=time.perf_counter()
    async with serving_gateway(app) as url:
        print("start",time.perf_counter()-t)
        async with aiohttp.ClientSession() as s:
            for p in ["/health/live","/health/ready","/nope","/api/v1/repos/acme/rocket","/api/v1/repos/acme/boom","/api/v1/repos/acme/abs","/api/v1/repos/acme/rocket?x=1&x=2","/api/v1/repos/a%2Fb/c","/api/v1/repos/%ff/c","/api/v1/repos/a/..%2f..", "/api/v1/repos/acme/rocket/contents/../../x","/health/live/"]:
                from yarl import URL
                async with s.get(URL(url+p,encoded=True)) as a:
                    print(p,a.status,dict(a.headers),(await a.read())[:300])
            async with s.options(url+"/health/live") as a: print(a.status,a.headers)
            async with s.post(url+"/health/live") as a: print(a.status,a.headers)
            async with s.head(url+"/api/v1/repos/acme/rocket") as a: print(a.status,a.headers, await a.read())
            try:
                async with s.get(url+"/api/v1/repos/acme/slow",timeout=aiohttp.ClientTimeout(total=0.2)) as a: pass
            except TimeoutError: pass
        print("raw")
        for b in [b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"garbage\r\n\r\n", b"GET /nope\xc3\xa9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-ID: a b\r\nConnection: close\r\n\r\n",b"GET /health/live HTTP/1.1\r\nHost: x\r\nExpect: nix\r\nConnection: close\r\n\r\n",b"GET /"+b"a"*9000+b" HTTP/1.1\r\nHost: x\r\n\r\n",b"GET /nope HTTP/1.1\r\nHost: x\r\nX: \xff\r\nX-Request-ID: \xff\r\nConnection: close\r\n\r\n", b"GET //evil.example/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",b"GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n"]:
            print(b[:40], await sent_raw(url,b))
    print([ (r.name,r.levelname,r.getMessage()) for r in caplog.records if r.levelname!="DEBUG"])
