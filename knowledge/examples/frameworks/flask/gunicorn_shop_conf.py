# region gunicorn
bind = "0.0.0.0:8000"
workers = 2  # processes: one per core of the container's limit
worker_class = "gthread"
threads = 4  # workers x threads = requests at once = database connections at most
timeout = 30  # a worker that reports no life for so long is killed
graceful_timeout = 25  # below the grace period of the pod
keepalive = 75  # above the idle timeout of the load balancer (60 s on many)
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
worker_tmp_dir = "/dev/shm"  # the heartbeat file must not sit on a slow disk
wsgi_app = "flask_shop.shop_wsgi:build()"
# endregion
