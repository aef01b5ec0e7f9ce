"""Forks gateways: a process that has imported the whole application once, so that each of them starts in no time.

Reads from standard input one JSON object a line: `{"settings": …, "line": …, "number": …}`, the arguments of
`gateway_process.run`. Ends when standard input does; the gateways end when their lines to the bench do.
"""

import json
import os
import signal
import sys
import traceback

from tests.faults import gateway_process


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that end
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells the bench, and the end of its lines tells us
    gateway_process.warm()
    for order in sys.stdin:
        if os.fork() == 0:
            code = 1
            try:
                gateway_process.run(**json.loads(order))
                code = 0
            finally:
                if code:
                    traceback.print_exc()
                os._exit(code)  # without what the nursery has to tidy up at its end


if __name__ == "__main__":
    main()
