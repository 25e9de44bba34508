"""Our wrapper around somebody else's API. The rest of the code knows Rates, not httpx."""

from decimal import Decimal, InvalidOperation

import httpx


# region client
class RatesUnavailable(Exception):
    """Not the caller's fault: answer 503, retry later or use the last known rate."""


class Rates:
    def __init__(self, http: httpx.Client) -> None:  # base_url, timeout and credentials are set where it is built
        self._http = http

    def rate(self, base: str, quote: str) -> Decimal:
        try:
            response = self._http.get("/v1/rates", params={"pair": f"{base}/{quote}"})
            response.raise_for_status()
            return Decimal(response.json()["rate"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise RatesUnavailable(f"{base}/{quote}: {error!r}") from error
# endregion client
