"""How many connections the whole fleet may open. Python 3.11."""

from dataclasses import dataclass


# region budget
@dataclass(frozen=True)
class Fleet:
    max_connections: int  # of the server, default 100
    reserved: int  # superuser_reserved_connections (3), migrations, monitoring, psql in an emergency
    instances: int  # most replicas the autoscaler may start
    workers: int  # processes per instance: each has a pool of its own
    surge: int = 0  # extra instances during a rolling deployment

    def largest_pool(self) -> int:
        """Connections per process, counting max_overflow; below 2, put PgBouncer in between."""
        return (self.max_connections - self.reserved) // ((self.instances + self.surge) * self.workers)


def busy_connections(requests_per_second: float, seconds_in_database: float) -> float:
    """Little's law: what is needed on average; take twice that for bursts."""
    return requests_per_second * seconds_in_database
# endregion
