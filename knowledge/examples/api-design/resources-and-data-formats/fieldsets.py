# region fields
ALLOWED = {"id", "state", "total", "total.amount_minor", "total.currency", "note"}
ALWAYS = {"id"}  # clients need it for their caches


def parse_fields(value: str | None) -> set[str] | None:
    if value is None:
        return None  # no parameter: everything
    wanted = {name.strip() for name in value.split(",") if name.strip()}
    if unknown := wanted - ALLOWED:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")  # 400
    return wanted | ALWAYS


def pick(resource: dict, wanted: set[str] | None, prefix: str = "") -> dict:
    if wanted is None:
        return resource
    out = {}
    for name, value in resource.items():
        path = prefix + name
        if path in wanted:
            out[name] = value
        elif isinstance(value, dict) and any(w.startswith(path + ".") for w in wanted):
            out[name] = pick(value, wanted, path + ".")
    return out
# endregion
