"""The network of the guest: a namespace for each station, on one bridge."""

import subprocess

NETWORK = "10.77.0"
BADNETS = f"{NETWORK}.250"
"""The address of the bad networks, beside the bridge."""

REMEMBER = ("cd /proc/sys/net/ipv4/neigh/{} && echo 1000000000 >base_reachable_time_ms && "
            "echo 0 >delay_first_probe_time")
"""Who has been found stays found: else the kernel asks again, after a time that it draws."""


def ip(*lines):
    """Commands of ip(8), one a line."""
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True)


def lay():
    """The bridge, which has the address of the bad networks."""
    ip("link add br0 type bridge", "link set br0 up", f"addr add {BADNETS}/24 dev br0")
    shell(REMEMBER.format("br0"))


def shell(line, *before):
    """A line of sh(1), after words that say where."""
    subprocess.run([*before, "sh", "-c", line], check=True)


def join(name, host):
    """A namespace of that name with eth0 at that host of the network; returns the address."""
    ip(f"netns add {name}", f"link add {name} type veth peer name eth0 netns {name}",
       f"link set {name} master br0", f"link set {name} up")
    shell(REMEMBER.format("eth0"), *words(name))
    # Which groups it is in it would say at moments that it draws; a bridge needs no word of that.
    shell("echo 0 >/proc/sys/net/ipv4/igmp_link_local_mcast_reports", *words(name))
    address = f"{NETWORK}.{host}"
    for line in ("link set lo up", f"addr add {address}/24 dev eth0", "link set eth0 up"):
        subprocess.run(["ip", "-netns", name, *line.split()], check=True)
    return address


def unplug(name):
    """The cable is out."""
    ip(f"link set {name} down")


def plug(name):
    """The cable is in again."""
    ip(f"link set {name} up")


def words(name):
    """The words before a program that is to run in a namespace."""
    return ["nsenter", f"--net=/run/netns/{name}"]
