"""Rules for an upstream's weather, for tests that are about something else."""

from app.transport.breaker.circuit import BreakerRules
from app.transport.budget.rules import BudgetRules
from app.transport.pipeline import WeatherRules
from app.transport.retry.rules import RetryRules

ONCE = WeatherRules(
    RetryRules(attempts=1),
    BreakerRules(failure_percent=None, minimum_requests=1, window_seconds=1, open_seconds=1),
    BudgetRules(),
)
"""Every request is sent once, whatever came of the others."""
