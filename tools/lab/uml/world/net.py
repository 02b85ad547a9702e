"""The network of the guest: a namespace for each station, on one bridge."""

import ctypes
import os
import socket
import subprocess

NETWORK = "10.77.0"
BADNETS = f"{NETWORK}.250"
"""The address of the bad networks, beside the bridge."""

REMEMBER = ("cd /proc/sys/net/ipv4/neigh/eth0 && echo 1000000000 >base_reachable_time_ms && "
            "echo 0 >delay_first_probe_time")
"""Who has been found stays found: else the kernel asks again, after a time that it draws."""


def ip(*lines):
    """Commands of ip(8), one a line."""
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def lay():
    """The bridge, which has the address of the bad networks. No IPv6: its addresses are random."""
    ip("link add br0 type bridge", "link set br0 up", f"addr add {BADNETS}/24 dev br0")
    subprocess.run(["sh", "-c", REMEMBER.replace("eth0", "br0")], check=True)


def join(name, host):
    """A namespace of that name with eth0 at NETWORK.host; returns the address."""
    ip(f"netns add {name}", f"link add {name} type veth peer name eth0 netns {name}",
       f"link set {name} master br0", f"link set {name} up")
    subprocess.run([*words(name), "sh", "-c", REMEMBER], check=True)
    return move(name, None, host)


def inside(name, *lines):
    """Commands of ip(8) in a namespace."""
    subprocess.run(["ip", "-netns", name, "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                   check=True)


def move(name, former, host):
    """Gives a namespace another address; returns it."""
    address = f"{NETWORK}.{host}"
    old = [f"addr del {NETWORK}.{former}/24 dev eth0"] if former else []
    inside(name, "link set lo up", *old, f"addr add {address}/24 dev eth0", "link set eth0 up")
    return address


def unplug(name):
    """The cable is out."""
    ip(f"link set {name} down")


def plug(name):
    """The cable is in again."""
    ip(f"link set {name} up")


def socket_in(name):
    """A socket for datagrams in a namespace, for somebody there who is no station."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{name}", "rb") as there:
        try:
            if libc.setns(there.fileno(), 0) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        finally:
            libc.setns(home.fileno(), 0)


def words(name):
    """The words before a program that is to run in a namespace."""
    return ["nsenter", f"--net=/run/netns/{name}"]
