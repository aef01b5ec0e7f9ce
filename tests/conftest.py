"""For all tests. Hypothesis looks for counter-examples here, not for slowness: a busy machine must fail nothing."""

from hypothesis import settings

settings.register_profile("headgate", deadline=None)
settings.load_profile("headgate")
