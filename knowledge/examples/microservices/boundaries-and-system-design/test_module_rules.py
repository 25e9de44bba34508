import pytest

from module_rules import ALLOWED, cycle, violations


@pytest.fixture
def shop(tmp_path):
    def write(path, text):
        file = tmp_path / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    write("orders/api.py", "from shop.orders.service import place\n")
    write("orders/service.py", "from shop.payments.api import charge\nfrom ..catalogue import api\nimport json\n")
    write("payments/api.py", "def charge(): ...\n")
    write("payments/models.py", "class Payment: ...\n")
    write("catalogue/api.py", "from shop.shared import money\n")
    return tmp_path, write


def test_the_public_api_of_an_allowed_module_passes(shop):
    root, _ = shop
    assert violations(root) == []


@pytest.mark.parametrize("text", [
    "from shop.payments.models import Payment\n",
    "from shop.payments import models\n",
    "from ..payments.models import Payment\n",
    "from ..payments import models\n",
    "import shop.payments.models\n",
    "def late():\n    from shop.payments.models import Payment\n",
])
def test_reaching_into_another_module_is_found(shop, text):
    root, write = shop
    write("orders/service.py", text)
    (found,) = violations(root)
    assert "orders reaches into shop.payments.models" in found


def test_a_dependency_that_is_not_in_the_table_is_found(shop):
    root, write = shop
    write("payments/service.py", "from shop.orders.api import place\n")
    assert violations(root) == ["shop/payments/service.py:1 payments must not depend on orders"]


def test_a_new_module_has_no_rights_until_the_table_grants_them(shop):
    root, write = shop
    write("search/api.py", "from shop.catalogue.api import all_products\n")
    assert violations(root) == ["shop/search/api.py:1 search must not depend on catalogue"]


def test_the_composition_root_may_use_every_api_and_nothing_else(shop):
    root, write = shop
    write("main.py", "from shop.orders.api import place\n")
    assert violations(root) == []
    write("main.py", "from shop.orders.service import place\n")
    assert "main reaches into shop.orders.service" in violations(root)[0]


def test_the_table_is_free_of_cycles_and_a_cycle_is_found():
    assert cycle(ALLOWED) is None
    assert cycle({"orders": {"payments"}, "payments": {"orders"}}) == ["orders", "payments", "orders"]
