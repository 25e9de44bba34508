import runpy
from pathlib import Path

import pytest
from flask import Flask, got_request_exception, request
from flask_shop import create_app
from flask_shop.shop_database import Base, Order, db
from flask_shop.shop_wsgi import build
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.pool import StaticPool
from werkzeug.middleware.proxy_fix import ProxyFix

SETTINGS = {"TESTING": True, "DATABASE_URL": "sqlite://", "SECRET_KEY": "test-only"}


# region fixtures
@pytest.fixture(scope="session")
def engine():
    engine = create_engine("sqlite://", poolclass=StaticPool)  # in CI: the production engine, migrated once
    # needed on SQLite only: the driver must not begin transactions by itself, or savepoints do not hold
    event.listen(engine, "connect", lambda connection, record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    Base.metadata.create_all(engine)
    return engine


@pytest.fixture
def app(engine):
    with engine.connect() as connection, connection.begin() as outer:
        yield create_app(SETTINGS, bind=connection)  # the code under test commits into a savepoint
        outer.rollback()  # and this removes it


@pytest.fixture
def client(app):
    return app.test_client()
# endregion


def order(reference="R-1", **changes):
    return {"reference": reference, "lines": [{"sku": "pen", "quantity": 2}]} | changes


ALICE, BOB = {"X-Test-Account": "1"}, {"X-Test-Account": "2"}


@pytest.mark.parametrize("run", [1, 2])
def test_the_database_is_empty_at_the_start_of_each_test(app, client, run):
    assert client.post("/orders", json=order(), headers=ALICE).status_code == 201
    with app.app_context():
        assert db().scalar(select(func.count()).select_from(Order)) == 1


def test_owner_200_other_account_404_nobody_401(client):
    number = client.post("/orders", json=order(), headers=ALICE).json["id"]
    assert client.get(f"/orders/{number}", headers=ALICE).json["lines"] == [{"sku": "pen", "quantity": 2}]
    assert client.get(f"/orders/{number}", headers=BOB).status_code == 404
    assert client.get(f"/orders/{number}").status_code == 401


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"json": order(lines=[])}, 422),
        ({"json": order(status="paid")}, 422),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "reference=R-1"}, 415),
        ({"data": b" " * 1_000_001, "content_type": "application/json"}, 413),
    ],
)
def test_every_bad_body_is_a_problem(client, arguments, status):
    reply = client.post("/orders", headers=ALICE, **arguments)
    assert (reply.status_code, reply.content_type, reply.json["status"]) == (status, "application/problem+json", status)


def test_the_validation_problem_points_to_the_field(client):
    reply = client.post("/orders", headers=ALICE, json=order(lines=[{"sku": "pen", "quantity": 0}]))
    assert reply.json["errors"][0]["pointer"] == "/lines/0/quantity"


def test_a_duplicate_is_409_and_the_session_is_usable_afterwards(client):
    assert [client.post("/orders", json=order(), headers=ALICE).status_code for _ in range(2)] == [201, 409]
    assert client.post("/orders", json=order("R-2"), headers=ALICE).status_code == 201


def test_unknown_route_and_method_are_problems_that_keep_their_headers(client):
    assert client.get("/nothing").content_type == "application/problem+json"
    reply = client.delete("/orders", headers=ALICE)
    assert reply.status_code == 405 and "POST" in reply.headers["Allow"]


def test_an_unexpected_error_is_logged_signalled_and_hidden(engine, caplog):
    app = create_app(SETTINGS | {"PROPAGATE_EXCEPTIONS": False}, bind=engine)
    app.add_url_rule("/fail", view_func=lambda: 1 / 0)
    seen = []
    with got_request_exception.connected_to(lambda sender, exception: seen.append(exception), app):
        reply = app.test_client().get("/fail")
    assert (reply.status_code, reply.json) == (500, {"status": 500, "title": "Internal Server Error"})
    assert isinstance(seen[0], ZeroDivisionError) and "Exception on /fail" in caplog.text


def test_a_handler_for_exception_silences_the_signal():
    app = Flask("silent")
    app.add_url_rule("/fail", view_func=lambda: 1 / 0)
    app.register_error_handler(Exception, lambda error: ("hidden", 500))
    seen = []
    with got_request_exception.connected_to(lambda sender, exception: seen.append(exception), app):
        assert app.test_client().get("/fail").status_code == 500
    assert seen == []


def test_the_factory_fails_without_its_settings(monkeypatch):
    monkeypatch.delenv("SHOP_DATABASE_URL", raising=False)
    with pytest.raises(RuntimeError, match="SHOP_DATABASE_URL"):
        create_app()


def test_one_session_for_a_request_and_another_for_the_next(app):
    with app.app_context():
        first = db()
        assert db() is first
    with app.app_context():
        assert db() is not first


def seen_by_the_app(hops, forwarded):
    app = Flask("proxy")
    app.add_url_rule("/", view_func=lambda: request.remote_addr)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops) if hops else app.wsgi_app
    return app.test_client().get("/", headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": "10.0.0.5"}).text


def test_proxy_fix_believes_exactly_as_many_hops_as_exist():
    forged = "6.6.6.6, 203.0.113.9"  # the client sent 6.6.6.6, our proxy appended the real address
    assert seen_by_the_app(0, forged) == "10.0.0.5"
    assert seen_by_the_app(1, forged) == "203.0.113.9"
    assert seen_by_the_app(2, forged) == "6.6.6.6"


def test_the_wsgi_module_wraps_the_app(monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_DATABASE_URL", f"sqlite:///{tmp_path}/shop.db")
    monkeypatch.setenv("SHOP_SECRET_KEY", "test-only")
    assert isinstance(build().wsgi_app, ProxyFix)


def test_the_gunicorn_file_parses_and_its_numbers_fit():
    conf = runpy.run_path(str(Path(__file__).with_name("gunicorn_shop_conf.py")))
    assert conf["graceful_timeout"] < conf["timeout"] and conf["wsgi_app"].startswith("flask_shop.shop_wsgi:")
