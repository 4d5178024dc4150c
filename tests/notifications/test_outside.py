"""The sites that tests of webhooks call take a request for one only when the whole of it has come."""

import socket

import pytest

from tests.notifications.outside import read_request

WHOLE = b"POST /hook HTTP/1.1\r\nwebhook-id: 7\r\ncontent-length: 2\r\n\r\n{}"


def arriving(data: bytes) -> socket.socket:
    """The site's end of a connection over which this came, and then the end of it."""
    site, caller = socket.socketpair()
    with caller:
        caller.sendall(data)
    return site


def test_a_whole_request_is_read() -> None:
    with arriving(WHOLE) as line:
        request = read_request(line)

    assert (request.headers["webhook-id"], request.body) == ("7", b"{}")


def test_a_caller_who_dies_on_the_way_has_asked_for_nothing() -> None:
    for sent in range(len(WHOLE)):
        with arriving(WHOLE[:sent]) as line, pytest.raises(ValueError, match=r"ended within a line|cut off"):
            read_request(line)
