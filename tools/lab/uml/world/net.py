"""The network of the guest: a namespace for each station, on one bridge."""

import ctypes
import os
import socket
import subprocess

NETWORK, NETWORK6 = "10.77.0", "fd77:"
BADNETS = f"{NETWORK}.250"
"""The address of the bad networks, beside the bridge."""

REMEMBER = ("cd /proc/sys/net/{family}/neigh/{link} && echo 1000000000 >base_reachable_time_ms && "
            "echo 0 >delay_first_probe_time")
"""Who has been found stays found: else the kernel asks again, after a time that it draws."""
QUIET = ("cd /proc/sys/net && echo 1 >core/devconf_inherit_init_net && cd ipv6 && "
         "echo 1 >mld_qrv && cd conf/default && echo 1 >disable_ipv6 && echo 1 >addr_gen_mode && "
         "echo 0 >accept_dad && echo 0 >dad_transmits && echo 0 >accept_ra && "
         "echo 0 >router_solicitations && echo 0 >use_tempaddr && "
         "echo 1 >mldv2_unsolicited_report_interval")
"""No address of the kernel's own making, which would be random, and nothing said at moments that it
draws: it looks for nobody who has an address already, for no router, and tells its groups at once.
Of the links only those of stations that ask for it have IPv6."""


def ip(*lines):
    """Commands of ip(8), one a line."""
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def has_ipv6():
    """Whether the guest was booted with it."""
    return os.path.exists("/proc/sys/net/ipv6")


def lay():
    """The bridge, which has the address of the bad networks."""
    if has_ipv6():
        shell(QUIET)
    ip("link add br0 type bridge", "link set br0 up", f"addr add {BADNETS}/24 dev br0")
    shell(REMEMBER.format(family="ipv4", link="br0"))


def shell(line, *before):
    """A line of sh(1), after words that say where."""
    subprocess.run([*before, "sh", "-c", line], check=True)


def join(name, host, is_v6=False):
    """A namespace of that name with eth0 at that host of the network; returns the address."""
    ip(f"netns add {name}", f"link add {name} type veth peer name eth0 netns {name}",
       f"link set {name} master br0", f"link set {name} up")
    shell(REMEMBER.format(family="ipv4", link="eth0"), *words(name))
    # Which groups it is in it would say at moments that it draws; a bridge needs no word of that.
    shell("echo 0 >/proc/sys/net/ipv4/igmp_link_local_mcast_reports", *words(name))
    if is_v6:
        enable_ipv6(name, host)
    return move(name, None, host, is_v6)


def enable_ipv6(name, host):
    """Lets a namespace have addresses of IPv6. By one that never changes it finds its neighbours.
    """
    shell("echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6 && "
          + REMEMBER.format(family="ipv6", link="eth0"), *words(name))
    inside(name, f"addr add fe80::{host}/64 dev eth0")


def address(host, is_v6=False):
    """That of a host of the network."""
    return f"{NETWORK6}:{host}" if is_v6 else f"{NETWORK}.{host}"


def place(host, is_v6=False):
    """The socket of the station that a host is."""
    return f"[{address(host, True)}]:5577" if is_v6 else f"{address(host)}:5577"


def inside(name, *lines):
    """Commands of ip(8) in a namespace."""
    subprocess.run(["ip", "-netns", name, "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                   check=True)


def move(name, former, host, is_v6=False):
    """Gives a namespace another address; returns it."""
    bits = 64 if is_v6 else 24
    old = [f"addr del {address(former, is_v6)}/{bits} dev eth0"] if former else []
    inside(name, "link set lo up", *old, f"addr add {address(host, is_v6)}/{bits} dev eth0",
           "link set eth0 up")
    return address(host, is_v6)


def move_link_local(name, former, host):
    """Gives a namespace another address by which it finds its neighbours: as with another card."""
    inside(name, f"addr add fe80::{host}/64 dev eth0", f"addr del fe80::{former}/64 dev eth0")


def unplug(name):
    """The cable is out."""
    ip(f"link set {name} down")


def plug(name):
    """The cable is in again."""
    ip(f"link set {name} up")


def socket_in(name, family=socket.AF_INET):
    """A socket for datagrams in a namespace, for somebody there who is no station."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{name}", "rb") as there:
        try:
            if libc.setns(there.fileno(), 0) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return socket.socket(family, socket.SOCK_DGRAM)
        finally:
            libc.setns(home.fileno(), 0)


def words(name):
    """The words before a program that is to run in a namespace."""
    return ["nsenter", f"--net=/run/netns/{name}"]
