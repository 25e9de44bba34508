from limit_keys import buckets, network_of


def test_ipv6_neighbours_share_a_bucket_and_ipv4_neighbours_do_not():
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")


def test_a_second_api_key_does_not_double_the_tenant_limit():
    first = buckets("POST /orders", "192.0.2.1", "k1", "acme")
    second = buckets("POST /orders", "192.0.2.1", "k2", "acme")
    assert first != second and first[1] == second[1] == ("tenant:acme", 5)


def test_anonymous_requests_count_by_network():
    assert buckets("GET /items", "192.0.2.1", None, None) == [("ip:192.0.2.1/32", 1)]
