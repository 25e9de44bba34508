from version_adapters import accept, render

ORDER = {"id": "o1", "total_money": {"amount_minor": 1250, "currency": "EUR"}, "given_name": "Ada", "family_name": "Byron"}


def test_each_version_sees_its_own_shape():
    assert render(ORDER, 3) == ORDER
    assert render(ORDER, 2) == {"id": "o1", "total_money": ORDER["total_money"], "name": "Ada Byron"}
    assert render(ORDER, 1) == {"id": "o1", "total": 12.5, "name": "Ada Byron"}
    assert "given_name" in ORDER


def test_old_requests_are_lifted_to_the_current_model():
    assert accept({"total": 0.29}, 1) == {"total_money": {"amount_minor": 29, "currency": "EUR"}}
    assert accept({"total_money": 1}, 2) == {"total_money": 1}
