"""Addresses that no redirect leads to: this machine, its own link, and what a cloud tells its machines."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

# what clouds answer at beside the link's own 169.254.169.254
_CLOUD = {ip_address(one) for one in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")}
_CLOUD_NAMES = {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
_NAT64 = ip_network("64:ff9b::/96")


def is_inner(host: str) -> bool:
    """Whether a host is named as such: by an address in numbers, or by a name that always means it.

    >>> is_inner("127.0.0.1"), is_inner("localhost"), is_inner("[::ffff:169.254.169.254]"), is_inner("example.org")
    (True, True, True, False)
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost") or name in _CLOUD_NAMES:
        return True
    try:
        return _is_inner(ip_address(name.partition("%")[0]))
    except ValueError:
        pass
    try:  # 2130706433 and 0x7f.1 are 127.0.0.1 for who connects
        return all(part for part in name.split(".")) and _is_inner(ip_address(socket.inet_aton(name)))
    except (OSError, UnicodeError):
        return False


def leads_inside(address: str) -> bool:
    """Whether the host of a web address is such a one, also by what its name is resolved to."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if is_inner(host):
        return True
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):  # who connects cannot either, but a proxy, which is not this machine
        return False
    return any(is_inner(str(one[4][0])) for one in found)


def _is_inner(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address):
        within = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            within = IPv4Address(int(ip) & 0xFFFFFFFF)
        if within is not None and _is_inner(within):
            return True
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip in _CLOUD
