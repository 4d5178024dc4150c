"""A container's health check: `python deploy/ready.py PORT PATH` exits 0 where that path answers 200."""

import http.client
import sys


def is_ready(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_ready(int(sys.argv[1]), sys.argv[2]))
