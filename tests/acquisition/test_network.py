"""Boards over TCP, calling and called, and over UDP; on this machine's own address."""

import socket
import threading

import numpy as np
import pytest
from boards import blocks_of, free_port, in_background, live_source, played_board

from fasciscope.acquisition import LinkLostError
from fasciscope.acquisition.network import TcpLink, UdpLink
from fasciscope.app.player import LOOPBACK, Player, play_calling, play_on_tcp
from fasciscope.core import DeviceError


def test_a_board_that_listens_is_read() -> None:
    told: list[str] = []
    ready = threading.Event()

    def say(name: str) -> None:
        told.append(name)
        ready.set()

    def work(over: threading.Event) -> None:
        play_on_tcp(Player(played_board("cyton-wifi", 2000.0)), over.is_set, say, 0)

    with in_background(work):
        assert ready.wait(10)
        link = TcpLink(LOOPBACK, int(told[0].rpartition(":")[2]))
        blocks = blocks_of(live_source("cyton-wifi", link, 2000.0), 3000)
    count = np.concatenate([b.uv[:, 0] for b in blocks])
    np.testing.assert_array_equal(count, 1 + np.arange(len(count)))


def test_a_board_that_calls_is_waited_for_and_its_leaving_is_noticed() -> None:
    link = TcpLink(LOOPBACK, free_port(), listens=True)

    def call(over: threading.Event) -> None:
        while not over.is_set():
            try:
                with socket.create_connection(link._address, 1.0) as board:
                    board.sendall(b"abc")
                    assert board.recv(3) == b"go!"
                    return
            except ConnectionRefusedError:
                continue

    with in_background(call):
        link.open()
        piece = link.read(5.0)
        assert piece is not None
        assert piece.data == b"abc"
        assert link.read(0.01) is None
        link.write(b"go!")
        with pytest.raises(LinkLostError):
            link.read(5.0)
        link.close()


@pytest.mark.parametrize("name", ["muovi", "biolistener"])
def test_a_played_board_that_calls_is_read(name: str) -> None:
    link = TcpLink(LOOPBACK, free_port(), listens=True)

    def work(over: threading.Event) -> None:
        player = Player(played_board(name, 2000.0))
        play_calling(player, over.is_set, lambda _name: None, link._address[1])

    with in_background(work):
        blocks = blocks_of(live_source(name, link, 2000.0), 3000)
    count = np.concatenate([b.uv[:, 0] for b in blocks])
    np.testing.assert_array_equal(count, 1 + np.arange(len(count)))


def test_nobody_there_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="cannot be reached"):
        TcpLink(LOOPBACK, free_port()).open()


def test_a_board_that_never_calls_is_a_device_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fasciscope.acquisition.network.CALL_S", 0.05)
    with pytest.raises(DeviceError, match="did not call"):
        TcpLink(LOOPBACK, free_port(), listens=True).open()


def test_datagrams_come_whole_and_answers_go_where_they_came_from() -> None:
    port = free_port()
    link = UdpLink(LOOPBACK, port)
    link.open()
    link.write(b"nobody hears this")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as board:
        board.bind((LOOPBACK, 0))
        board.settimeout(5.0)
        board.sendto(b"one", (LOOPBACK, port))
        board.sendto(b"two", (LOOPBACK, port))
        pieces = [link.read(5.0), link.read(5.0)]
        assert [piece.data for piece in pieces if piece] == [b"one", b"two"]
        link.write(b"start")
        assert board.recv(100) == b"start"
    assert link.read(0.01) is None
    taken = UdpLink(LOOPBACK, port)
    with pytest.raises(DeviceError, match="cannot be listened"):
        taken.open()
    link.close()
