"""The inner side of loopback.py: python -m tests.live.inside SOCKET PORT COMMAND…

Belongs here: that alone, with nothing of ours imported, as the command that it becomes is measured.
"""

import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def main(path: str, port: str, *command: str) -> None:
    """Bring loopback up, hand a listening socket out, become the command."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", IFF_UP, b""))
    with socket.socket() as listening, socket.socket(socket.AF_UNIX) as door:
        listening.bind(("127.0.0.1", int(port)))
        listening.listen(128)
        door.connect(path)
        socket.send_fds(door, [b"?"], [listening.fileno()])
        door.recv(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
