# region factory
from collections.abc import Mapping

from flask import Flask
from sqlalchemy import Connection, Engine, create_engine

from flask_shop import shop_database, shop_errors, shop_orders


def create_app(settings: Mapping[str, object] | None = None, bind: Engine | Connection | None = None) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(MAX_CONTENT_LENGTH=1_000_000)  # Flask's own default is no limit
    app.config.from_prefixed_env("SHOP")  # SHOP_DATABASE_URL becomes DATABASE_URL
    app.config.update(settings or {})
    for name in ("DATABASE_URL", "SECRET_KEY"):
        if not app.config.get(name):
            raise RuntimeError(f"SHOP_{name} is not set")  # fail at start, not at the first request

    bind = bind or create_engine(app.config["DATABASE_URL"], pool_size=5, max_overflow=0, pool_pre_ping=True)
    shop_database.init_app(app, bind)
    shop_errors.init_app(app)
    app.register_blueprint(shop_orders.orders)
    return app
# endregion


__all__ = ["create_app"]
