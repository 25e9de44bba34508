"""Which hash slot a key belongs to: the rule of the cluster specification."""
import binascii


# region slot
def slot(key: str) -> int:
    """CRC16 (XMODEM) modulo 16384, of the hash tag when there is a non-empty one."""
    raw = key.encode()
    start = raw.find(b"{")
    if start >= 0:
        end = raw.find(b"}", start + 1)
        if end > start + 1:
            raw = raw[start + 1:end]
    return binascii.crc_hqx(raw, 0) % 16384


def same_node_guaranteed(*keys: str) -> bool:
    """Run this in a unit test over the keys of every script and MULTI, before the move to a cluster."""
    return len({slot(key) for key in keys}) == 1
# endregion
