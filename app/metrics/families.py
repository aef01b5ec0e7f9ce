"""Every metric of the gateway. docs/metrics.md is made of this, and tests hold deploy/prometheus/alerts.yml to it."""

from typing import Final

from app.metrics.family import Family, Kind

# From an answer out of memory to what callers wait for at most.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LAG_SECONDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)

# What callers ask, and what they get.
REQUESTS: Final = Family(
    "headgate_requests_total",
    Kind.COUNTER,
    "Requests that were answered, or whose caller left (4xx).",
    ("route", "method", "status_class", "caller"),
)
REQUEST_SECONDS: Final = Family(
    "headgate_request_seconds",
    Kind.HISTOGRAM,
    "From the head of a request to the end of its answer.",
    ("route",),
    SECONDS,
)
CACHE_OUTCOMES: Final = Family(
    "headgate_cache_outcomes_total",
    Kind.COUNTER,
    "What the cache did for a request: hit, revalidated, stale, collapsed, miss, bypass; refused by the gateway, or failed.",
    ("route", "outcome"),
)
PROBLEMS: Final = Family(
    "headgate_problems_total",
    Kind.COUNTER,
    "Answers that say no, by the code of their problem; /docs tells what each means.",
    ("code",),
)
SENT_BYTES: Final = Family(
    "headgate_sent_bytes_total", Kind.COUNTER, "Bytes of the bodies that were sent to callers.", ("route",)
)
POINTS_SAVED: Final = Family(
    "headgate_points_saved_total",
    Kind.COUNTER,
    "What requests would have spent of upstreams' quotas besides, were there no cache.",
    ("caller",),
)
REQUESTS_UNDER_WAY: Final = Family("headgate_requests_under_way", Kind.SUM, "Requests that are being handled.")

# What upstreams are asked, and what they say.
UPSTREAM_REQUESTS: Final = Family(
    "headgate_upstream_requests_total",
    Kind.COUNTER,
    "Exchanges with an upstream, each attempt, by the status of its reply, or the code of the error where there was none.",
    ("upstream", "status", "resource"),
)
UPSTREAM_SECONDS: Final = Family(
    "headgate_upstream_seconds",
    Kind.HISTOGRAM,
    "From asking an upstream to the end of its reply's body.",
    ("upstream",),
    SECONDS,
)
UPSTREAM_POINTS: Final = Family(
    "headgate_upstream_points_total",
    Kind.COUNTER,
    "What was spent of the quotas of the gateway's own credential.",
    ("upstream", "resource"),
)
UPSTREAM_RETRIES: Final = Family(
    "headgate_upstream_retries_total", Kind.COUNTER, "Requests that were sent once more.", ("upstream",)
)
QUEUE_SECONDS: Final = Family(
    "headgate_queue_wait_seconds",
    Kind.HISTOGRAM,
    "How long a request that could not be sent at once waited for its turn, or until it gave up.",
    ("upstream",),
    SECONDS,
)
QUEUE_WAITING: Final = Family(
    "headgate_queue_waiting", Kind.SUM, "Requests that wait for their turn to be sent.", ("upstream",)
)
UPSTREAM_UNDER_WAY: Final = Family(
    "headgate_upstream_requests_under_way",
    Kind.MAX,
    "Requests that the upstream has not answered yet, of all workers.",
    ("upstream",),
)
POOL_IN_USE: Final = Family(
    "headgate_pool_connections_in_use", Kind.SUM, "Connections to the upstream that carry a request.", ("upstream",)
)
POOL_LIMIT: Final = Family(
    "headgate_pool_connections_limit",
    Kind.SUM,
    "As many connections there may be (`pool.connections`, for each worker).",
    ("upstream",),
)
BREAKER_STATE: Final = Family(
    "headgate_breaker_state",
    Kind.MAX,
    "0: the upstream is asked; 1: it is tried by one request; 2: it failed too often and is left alone. Of the workers' "
    "the highest.",
    ("upstream",),
)
BREAKER_OPENED: Final = Family(
    "headgate_breaker_opened_total", Kind.COUNTER, "How often an upstream began to be left alone.", ("upstream",)
)

# Quotas of the gateway's own credential. What callers bring of their own is told apart nowhere: there is no end to it.
_QUOTA: Final = ("upstream", "resource", "credential")
QUOTA_LIMIT: Final = Family("headgate_quota_limit", Kind.MAX, "Points in a window of a quota.", _QUOTA)
QUOTA_REMAINING: Final = Family("headgate_quota_remaining", Kind.MIN, "Points that are left of a quota.", _QUOTA)
QUOTA_USED: Final = Family("headgate_quota_used", Kind.MAX, "Points that are spent of a quota.", _QUOTA)
QUOTA_RESET: Final = Family(
    "headgate_quota_reset_timestamp_seconds",
    Kind.MAX,
    "When the window of a quota ends (seconds since the epoch).",
    _QUOTA,
)
QUOTA_BLOCKED: Final = Family(
    "headgate_quota_blocked_seconds",
    Kind.MAX,
    "For how long the upstream is not asked for it, because it said that it was too much.",
    _QUOTA,
)

# What is kept. The disk is the same for all workers, memory is each worker's own.
DISK_ENTRIES: Final = Family("headgate_disk_entries", Kind.MAX, "Replies in the store on disk.")
DISK_BYTES: Final = Family("headgate_disk_bytes", Kind.MAX, "Bytes of the replies in the store on disk.")
DISK_MAX_BYTES: Final = Family("headgate_disk_max_bytes", Kind.MAX, "As many they may take.")
MEMORY_ENTRIES: Final = Family("headgate_memory_entries", Kind.SUM, "Replies that workers hold in memory.")
MEMORY_BYTES: Final = Family("headgate_memory_bytes", Kind.SUM, "Bytes of the replies that workers hold in memory.")
EVICTIONS: Final = Family(
    "headgate_store_evictions_total", Kind.COUNTER, "Replies that the store dropped for want of room."
)
STORE_DEGRADED: Final = Family(
    "headgate_store_degraded",
    Kind.MAX,
    "1: the store does not keep what it is given (/api/v1/cache tells why); else 0.",
)
ANSWERS: Final = Family("headgate_answers", Kind.SUM, "Answers that workers hold ready in memory.")
ANSWERS_BYTES: Final = Family("headgate_answers_bytes", Kind.SUM, "Bytes of the answers that workers hold ready.")

# The processes.
LAG: Final = Family(
    "headgate_event_loop_lag_seconds",
    Kind.HISTOGRAM,
    "How late a worker's event loop came to what was due: ten times a second.",
    (),
    LAG_SECONDS,
)
RESIDENT_BYTES: Final = Family("headgate_process_resident_bytes", Kind.SUM, "Memory of the workers that is resident.")
OPEN_FILES: Final = Family("headgate_process_open_files", Kind.SUM, "File descriptors that the workers have open.")
CPU_SECONDS: Final = Family("headgate_process_cpu_seconds_total", Kind.COUNTER, "Processor time of the workers.")
WORKERS: Final = Family("headgate_workers", Kind.SUM, "Workers that live.")
WORKERS_WANTED: Final = Family(
    "headgate_workers_wanted", Kind.MAX, "As many workers as there shall be (`server.workers`)."
)
WORKERS_LOST: Final = Family(
    "headgate_workers_lost_total", Kind.COUNTER, "Workers that ended unasked, and were replaced.", ("reason",)
)
START_TIME: Final = Family(
    "headgate_start_time_seconds", Kind.MIN, "When the oldest process of the gateway began (seconds since the epoch)."
)
BUILD: Final = Family("headgate_build_info", Kind.MAX, "1, and which version runs.", ("version",))

FAMILIES: Final = (
    REQUESTS,
    REQUEST_SECONDS,
    CACHE_OUTCOMES,
    PROBLEMS,
    SENT_BYTES,
    POINTS_SAVED,
    REQUESTS_UNDER_WAY,
    UPSTREAM_REQUESTS,
    UPSTREAM_SECONDS,
    UPSTREAM_POINTS,
    UPSTREAM_RETRIES,
    QUEUE_SECONDS,
    QUEUE_WAITING,
    UPSTREAM_UNDER_WAY,
    POOL_IN_USE,
    POOL_LIMIT,
    BREAKER_STATE,
    BREAKER_OPENED,
    QUOTA_LIMIT,
    QUOTA_REMAINING,
    QUOTA_USED,
    QUOTA_RESET,
    QUOTA_BLOCKED,
    DISK_ENTRIES,
    DISK_BYTES,
    DISK_MAX_BYTES,
    MEMORY_ENTRIES,
    MEMORY_BYTES,
    EVICTIONS,
    STORE_DEGRADED,
    ANSWERS,
    ANSWERS_BYTES,
    LAG,
    RESIDENT_BYTES,
    OPEN_FILES,
    CPU_SECONDS,
    WORKERS,
    WORKERS_WANTED,
    WORKERS_LOST,
    START_TIME,
    BUILD,
)
BY_NAME: Final = {family.name: family for family in FAMILIES}
