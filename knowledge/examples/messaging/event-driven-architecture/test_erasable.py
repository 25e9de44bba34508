import pytest

pytest.importorskip("cryptography")

from erasable import Erased, Keys, open_, seal


def test_the_log_stays_and_the_person_is_gone():
    keys = Keys()
    log = [("c1", seal(keys, "c1", "Ann Example")), ("c2", seal(keys, "c2", "Bob Example"))]
    assert [open_(keys, *entry) for entry in log] == ["Ann Example", "Bob Example"]
    keys.erase("c1")
    assert [open_(keys, *entry) for entry in log] == [None, "Bob Example"]
    assert "Ann" not in str(log)


def test_a_late_event_does_not_undo_the_erasure():
    keys = Keys()
    old = seal(keys, "c1", "Ann Example")
    keys.erase("c1")
    with pytest.raises(Erased):
        seal(keys, "c1", "Ann Example, from a retry")
    assert open_(keys, "c1", old) is None


def test_a_returning_customer_has_a_new_id_and_does_not_bring_the_old_data_back():
    keys = Keys()
    old = seal(keys, "c1", "Ann Example")
    keys.erase("c1")
    assert open_(keys, "c9", seal(keys, "c9", "Ann Again")) == "Ann Again"
    assert open_(keys, "c9", old) is None        # another key does not open it
