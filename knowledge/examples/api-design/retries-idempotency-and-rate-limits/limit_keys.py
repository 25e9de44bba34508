"""Which buckets a request draws from: the caller's identity, its tenant, its network, each with the route's cost."""
import ipaddress

COST = {"GET /items": 1, "POST /orders": 5, "GET /reports": 20}


# region keys
def network_of(address: str) -> str:
    """One IPv6 customer owns at least a /64: counting single addresses would count nothing."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network(f"{ip}/{64 if ip.version == 6 else 32}", strict=False))


def buckets(route: str, client_ip: str, credential: str | None, tenant: str | None) -> list[tuple[str, int]]:
    """(bucket, cost) pairs; the request needs room in every one. `client_ip` comes from the trusted proxy only."""
    cost = COST.get(route, 1)
    if credential is None:                           # before authentication the network is all we know
        return [(f"ip:{network_of(client_ip)}", cost)]
    return [(f"key:{credential}", cost), (f"tenant:{tenant}", cost)]   # many keys do not multiply the tenant's limit
# endregion
