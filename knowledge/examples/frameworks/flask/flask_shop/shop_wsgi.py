# region proxy
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_shop import create_app

HOPS = 1  # proxies of ours between client and Gunicorn that append to X-Forwarded-For


def build():
    app = create_app()
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=HOPS, x_proto=HOPS, x_host=0)
    return app
# endregion
