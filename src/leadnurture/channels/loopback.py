"""Which hosts are this computer itself: to them alone, mail and passwords may go unencrypted."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Tell whether a host is this computer, by its name or its address; nothing is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
