import binascii

from redis.crc import key_slot
from redis_slots import same_node_guaranteed, slot


def test_the_check_value_of_the_specification():
    assert binascii.crc_hqx(b"123456789", 0) == 0x31C3


def test_agrees_with_the_client_library():
    for key in ("foo", "user:1", "{user:1}:cart", "a{}b", "{{x}}", "x{", "x}y{z}", "ключ"):
        assert slot(key) == key_slot(key.encode()), key


def test_only_a_hash_tag_keeps_keys_together():
    assert not same_node_guaranteed("stock:tea", "reserved:tea")
    assert same_node_guaranteed("stock:{tea}", "reserved:{tea}")
