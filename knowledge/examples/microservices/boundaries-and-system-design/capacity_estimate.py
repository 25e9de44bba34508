"""Back-of-the-envelope numbers for the shop of the guide, with the assumptions as parameters."""
from __future__ import annotations

# region estimate
from dataclasses import dataclass

DAY = 100_000          # seconds, rounded up from 86,400: heads can divide by it


@dataclass(frozen=True)
class Load:
    per_day: float
    peak_factor: float = 5          # assumption: peak hour against the daily average
    bytes_each: int = 1_000
    service_time: float = 0.05      # seconds in the service, waiting included

    @property
    def average(self) -> float:     # requests per second
        return self.per_day / DAY

    @property
    def peak(self) -> float:
        return self.average * self.peak_factor

    @property
    def in_flight(self) -> float:   # Little's law: arrival rate x time in the system
        return self.peak * self.service_time

    def storage(self, days: int, copies: int = 3, overhead: float = 2) -> float:
        """Bytes on disk: rows x retention x replicas x (indexes, dead rows, free space)."""
        return self.per_day * self.bytes_each * days * copies * overhead

    def instances(self, per_instance: float, busy: float = 0.6, spare: int = 1) -> int:
        """Instances for the peak at `busy` utilisation, plus one that may be down."""
        return -int(-self.peak // (per_instance * busy)) + spare


pages = Load(per_day=20_000_000, bytes_each=500)
orders = Load(per_day=200_000, bytes_each=4_000, service_time=0.3)
# endregion estimate
