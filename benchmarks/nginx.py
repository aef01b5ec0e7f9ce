"""nginx as a cache: what a hit costs without Python."""

import os
from pathlib import Path


def configuration(port: int, workers: int, upstream_url: str, folder: Path) -> str:
    """Of a proxy_cache below `folder` that keeps everything for a day, whatever upstream says."""
    # Started by root, its workers would be somebody who may not write here.
    user = "user root;" if os.geteuid() == 0 else ""
    return f"""
{user}
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache levels=1:2 keys_zone=answers:32m max_size=1g inactive=1d;
  upstream origin {{ server {upstream_url.removeprefix("http://")}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    keepalive_requests 1000000000;
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache answers;
      proxy_cache_key $uri;
      proxy_cache_valid 200 1d;
      proxy_cache_lock on;
      proxy_ignore_headers Cache-Control Expires Vary;
    }}
  }}
}}
"""
