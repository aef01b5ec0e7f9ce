"""An upstream that is down is left alone for a while, then asked one question at a time."""
