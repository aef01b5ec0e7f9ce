from app.metrics.loop_lag import LoopLag


def test_it_tells_how_late_each_tick_was_and_forgets_it() -> None:
    now = 100.0
    lag = LoopLag(lambda: now, 0.1)
    lag.tick()
    for passed in (0.1, 0.35, 0.05):
        now += passed
        lag.tick()
    assert [round(late, 6) for late in lag.taken()] == [0.0, 0.25, 0.0]
    assert list(lag.taken()) == []
