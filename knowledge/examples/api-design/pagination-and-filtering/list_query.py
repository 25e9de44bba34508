"""Sort and filter from the query string to SQL: names through an allow-list, values through parameters."""

from datetime import datetime, timezone


class BadQuery(ValueError):
    """Answer 400 and name the parameter."""

    def __init__(self, parameter, message):
        super().__init__(message)
        self.parameter = parameter


# region sort
SORTS = {  # public name → (column, index that serves it); nothing else can be sorted by
    "created_at": ("o.created_at", "orders_account_created_id"),
    "total": ("o.total_cents", "orders_account_total_id"),
}


def order_by(sort="-created_at"):
    """'-total' → ORDER BY with a unique tie-breaker in the same direction. One key, because each needs its index."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise BadQuery("sort", f"can sort by {', '.join(SORTS)}, each with an optional leading '-'")
    direction = "DESC" if descending else "ASC"
    return f"ORDER BY {SORTS[name][0]} {direction}, o.id {direction}"  # only constants reach the string


# endregion


def timestamp(text):
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("offset missing")
    return value.astimezone(timezone.utc).isoformat()  # one offset for all, so that text columns compare too


def cents(text):
    value = int(text)
    if not 0 <= value <= 10**12:
        raise ValueError("out of range")
    return value


# region filter
def one_of(*allowed):
    def parse(text):
        values = text.split(",")
        if len(values) > 20 or not set(values) <= set(allowed):
            raise ValueError(f"up to 20 of {', '.join(allowed)}")
        return values

    return parse


FILTERS = {  # parameter → (SQL with ? or {in}, parser); anything unknown is refused
    "status": ("o.status IN ({in})", one_of("open", "paid", "void")),
    "created_at[gte]": ("o.created_at >= ?", timestamp),
    "created_at[lt]": ("o.created_at < ?", timestamp),
    "total[gte]": ("o.total_cents >= ?", cents),
}


def where(account_id, pairs):
    clauses, values = ["o.account_id = ?"], [account_id]  # from the token, never from the query string
    seen = set()
    for name, text in pairs:  # all pairs: a dict would silently keep one of two values
        if name in seen:
            raise BadQuery(name, "given more than once")
        seen.add(name)
        if name not in FILTERS:
            raise BadQuery(name, f"unknown filter; known: {', '.join(FILTERS)}")
        sql, parse = FILTERS[name]
        try:
            value = parse(text)
        except ValueError as error:
            raise BadQuery(name, f"cannot read the value: {error}") from error
        several = value if isinstance(value, list) else [value]
        clauses.append(sql.format_map({"in": ", ".join("?" * len(several))}))
        values += several
    return "WHERE " + " AND ".join(clauses), values


# endregion


def vulnerable_order_by(sort):
    return f"ORDER BY {sort}"  # what string building does: the caller writes SQL
