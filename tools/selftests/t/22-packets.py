#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# selftest: guest=exact timeout=120 icount=yes memory=1024 matrix=yes
"""Which packets count, and for whom."""

import errno
import os
import signal
import socket
import struct

import harness
import lib

NUMBER = 40
BYTES = 100
SEGMENTS = 10
TCP_MSS, TCP_BYTES = 1000, 6000
UDP_SEGMENT, UDP_GRO = 103, 104
# Where they are in struct tcp_info.
TCP_UNACKED, TCP_TOTAL_RETRANS, TCP_SEGS_OUT, TCP_DATA_SEGS_IN = 24, 100, 136, 152
ETH_P_IP = 0x0800
NLMSG_DONE = 3
HERE, THERE = "10.9.%d.1", "10.9.%d.2"
THERE_MAC = "02:00:00:00:00:02"


class Actor:
    """A process that does one thing on sockets that it inherits, and then waits."""

    everyone = []

    def __init__(self, act):
        self._done, done = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            try:
                act()
                os.write(done, b"x")
                signal.pause()
            finally:
                os._exit(1)
        os.close(done)
        Actor.everyone.append(self.pid)

    def done(self):
        """Wait for it."""
        if not os.read(self._done, 1):
            raise RuntimeError("an actor has failed")

    @classmethod
    def end_all(cls):
        """No actor is left."""
        for pid in cls.everyone:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        cls.everyone = []


def play(tap, name, *acts):
    """Have them act one after the other; acts are (function, rx, tx)."""
    before = lib.system().system
    actors = []
    for act, *_ in acts:
        actors.append(Actor(act))
        actors[-1].done()
    lib.wait_samples()
    books = lib.listing()
    tap.equal([[books.of(actor.pid)[key] for key in ("rx", "tx")] for actor in actors],
              [list(want) for _, *want in acts], name)
    Actor.end_all()
    return [books.system[key] - before[key] for key in ("rx", "tx")]


def udp(family=socket.AF_INET, address="127.0.0.1"):
    """A receiving socket with room for all, and one that is connected to it."""
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    receiver.bind((address, 0))
    sender = socket.socket(family, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    return sender, receiver


def of_udp(number):
    """How many of so many received datagrams are counted."""
    return number if lib.COUNTS_UDP_RECEIVED else 0


def send_all(sender, number=NUMBER, size=BYTES):
    """A function that sends so many."""
    def act():
        for _ in range(number):
            sender.send(bytes(size))
    return act


def receive_all(receiver, number=NUMBER, size=BYTES, flags=(0,)):
    """A function that receives so many; each of them with all of the flags in turn."""
    def act():
        for _ in range(number):
            for flag in flags:
                receiver.recv(size, flag)
    return act


def check_udp(tap):
    """Datagrams: what is received is counted, once."""
    for name, args in (("IPv4", ()), ("IPv6", (socket.AF_INET6, "::1"))):
        sender, receiver = udp(*args)
        grown = play(tap, f"UDP over {name}", (send_all(sender), 0, NUMBER),
                     (receive_all(receiver), of_udp(NUMBER), 0))
        tap.equal(grown, [of_udp(NUMBER), NUMBER], f"UDP over {name}: the system has them once")
    sender, receiver = udp()
    play(tap, "datagrams looked at with MSG_PEEK count when they are taken",
         (send_all(sender), 0, NUMBER),
         (receive_all(receiver, flags=(socket.MSG_PEEK, socket.MSG_PEEK, 0)), of_udp(NUMBER), 0))
    sender, receiver = udp()

    def send_three():
        for data in (bytes(BYTES), b"", b"x"):
            sender.send(data)

    def receive_three():
        receiver.recv(1)
        receiver.recv(1)
        os.read(receiver.fileno(), 9)
    play(tap, "a datagram that is cut off, empty, or got by read() counts once",
         (send_three, 0, 3), (receive_three, of_udp(3), 0))
    sender, receiver = udp()
    receiver.setblocking(False)

    def nothing():
        for _ in range(NUMBER):
            try:
                receiver.recv(1)
            except BlockingIOError:
                pass
    play(tap, "receiving nothing is nothing", (nothing, 0, 0))


def check_segments(tap):
    """One call, many packets."""
    for gro, received in ((0, SEGMENTS), (1, 1)):
        sender, receiver = udp()
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, BYTES)
        receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, gro)
        play(tap, f"UDP segments of one call, {'joined' if gro else 'single'} at the receiver",
             (send_all(sender, 1, SEGMENTS * BYTES), 0, SEGMENTS),
             (receive_all(receiver, received, SEGMENTS * BYTES), of_udp(received), 0))


def tcp_info(sock, offset):
    """A number of TCP_INFO."""
    return struct.unpack_from("I", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192),
                              offset)[0]


def check_tcp(tap):
    """Segments that come as one packet, however they are read."""
    for name, piece in (("at once", TCP_BYTES), ("in small pieces", 37)):
        before, joined = lib.system().system, lib.tcp_joined()
        listener = socket.create_server(("127.0.0.1", 0))
        client = socket.socket()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, TCP_MSS)
        client.connect(listener.getsockname())
        server, _ = listener.accept()

        def send():
            # An answer to each, so that the queue never holds two: the kernel joins those.
            for _ in range(NUMBER):
                client.sendall(bytes(TCP_BYTES))
                client.recv(1)

        def receive(piece=piece):
            for _ in range(NUMBER):
                left = TCP_BYTES
                while left:
                    left -= len(server.recv(min(left, piece)))
                server.send(b"x")
        sender, receiver = Actor(send), Actor(receive)
        sender.done()
        receiver.done()
        # The last answer is acknowledged when a timer says so.
        lib.wait_until(lambda: not tcp_info(server, TCP_UNACKED))
        lib.wait_samples()
        books = lib.listing()
        want = tcp_info(server, TCP_DATA_SEGS_IN)
        tap.ok(want >= NUMBER * TCP_BYTES // TCP_MSS, "(there are many segments)", want)
        answers, segments = (books.of(actor.pid)["rx"] for actor in (sender, receiver))
        sent = [tcp_info(sock, TCP_SEGS_OUT) for sock in (client, server)]
        # What is sent again, as its answer takes long, nobody reads.
        least = want - tcp_info(client, TCP_TOTAL_RETRANS)
        joined = lib.tcp_joined() - joined
        tap.ok(NUMBER <= answers <= NUMBER + joined and least <= segments <= want + joined,
               f"rx of TCP segments read {name}", (answers, segments), (NUMBER, least, want),
               joined)
        # Who answers a SYN is not yet one of them.
        tap.equal(books.system["tx"] - before["tx"], 1 + sum(sent),
                  f"TCP read {name}: the system has sent what both ends did")
        got = books.of(sender.pid)["tx"]
        tap.ok(want <= got <= sent[0], f"TCP read {name}: the sender its segments", got, sent)
        Actor.end_all()
        for sock in (client, server, listener):
            sock.close()
        # They say goodbye to each other.
        lib.wait_samples(10)


def check_others(tap):
    """What is no packet of IP's."""
    for name, kind in (("datagram", socket.SOCK_DGRAM), ("stream", socket.SOCK_STREAM)):
        one, other = socket.socketpair(socket.AF_UNIX, kind)
        grown = play(tap, f"AF_UNIX: a {name} is no packet", (send_all(one, 10), 0, 0),
                     (receive_all(other, 10), 0, 0))
        tap.equal(grown, [0, 0], f"AF_UNIX: nor is a {name} for the system")
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)

    def dump():
        # RTM_GETLINK, all of them
        netlink.send(struct.pack("=IHHII", 32, 18, 0x301, 1, 0) + bytes(16))
        while struct.unpack_from("=H", netlink.recv(1 << 16), 4)[0] != NLMSG_DONE:
            pass
    play(tap, "netlink's messages are no packets", (dump, 0, 0))
    tapped = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    tapped.bind(("lo", ETH_P_IP))
    sender, receiver = udp()
    play(tap, "who listens at a device receives nothing of his own",
         (send_all(sender), 0, NUMBER), (receive_all(tapped), 0, 0),
         (receive_all(receiver), of_udp(NUMBER), 0))
    tapped.close()


def ip(command):
    """Set up devices."""
    lib.command("ip", *command.split())


def can_send_segments(tap, name, sender):
    """Before "udp: Allow GSO transmit from devices with no checksum offload" (6.11) not all can."""
    try:
        sender.send(bytes(SEGMENTS * BYTES))
    except OSError as error:
        return not tap.ok(error.errno == errno.EIO and lib.KERNEL < (6, 11),
                          f"through {name}: segments are refused, for want of checksums", error)
    return True


def check_stacked(tap):
    """Devices on top of others: a packet counts where it leaves."""
    lib.write("/proc/sys/net/ipv6/conf/default/disable_ipv6", 1)
    devices = {
        "a plain device": ("link add d0 type dummy", "d0"),
        "a VLAN": ("link add d1 type dummy", "link add link d1 name v1 type vlan id 5", "v1"),
        "a VLAN in a VLAN": ("link add d2 type dummy",
                             "link add link d2 name v2 type vlan id 5",
                             "link add link v2 name w2 type vlan id 6", "w2"),
        "a bridge": ("link add d3 type dummy", "link add b3 type bridge mcast_snooping 0",
                     "link set d3 master b3", "b3"),
        "a VLAN on a bridge": ("link add d4 type dummy", "link add b4 type bridge mcast_snooping 0",
                               "link set d4 master b4", "link add link b4 name v4 type vlan id 7",
                               "v4"),
        "a macvlan": ("link add d5 type dummy", "link add link d5 name m5 type macvlan", "m5"),
    }
    for number, (name, (*commands, top)) in enumerate(devices.items()):
        for command in commands:
            ip(command)
            words = command.split()
            if "add" in words:
                ip(f"link set {words[words.index('type') - 1]} up")
        ip(f"addr add {HERE % number}/24 dev {top}")
        ip(f"neigh add {THERE % number} lladdr {THERE_MAC} dev {top}")
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.connect((THERE % number, 9))
        play(tap, f"through {name}: tx counts once", (send_all(sender), 0, NUMBER))
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, BYTES)
        if can_send_segments(tap, name, sender):
            play(tap, f"through {name}: and each segment",
                 (send_all(sender, 1, SEGMENTS * BYTES), 0, SEGMENTS))


def check_forwarded(tap):
    """A bridge behind a pair of devices: what it passes on is the system's alone.

    One that snoops for multicasts reports itself as a listener, at a time that it chooses.
    """
    for command in ("link add e0 type veth peer name e1",
                    "link add b6 type bridge mcast_snooping 0",
                    "link add d6 type dummy", "link set e1 master b6", "link set d6 master b6",
                    "link set b6 up", "link set d6 up", "link set e1 up", "link set e0 up",
                    f"addr add {HERE % 6}/24 dev e0",
                    f"neigh add {THERE % 6} lladdr {THERE_MAC} dev e0"):
        ip(command)
    lib.wait_until(lambda: lib.text("/sys/class/net/d6/brport/state").strip() == "3")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((THERE % 6, 9))
    grown = play(tap, "what a bridge forwards is not the sender's", (send_all(sender), 0, NUMBER))
    tap.equal(grown[1], 2 * NUMBER, "but the system has it")


def test(tap):
    """Packets."""
    lib.load_core(sample_ns=20 * lib.MS, window_ns=lib.SECOND)
    try:
        check_udp(tap)
        check_segments(tap)
        check_tcp(tap)
        check_others(tap)
        check_stacked(tap)
        check_forwarded(tap)
    finally:
        Actor.end_all()


harness.main(test)
