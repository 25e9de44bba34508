"""Reads the output of explain("executionStats") and says what is wrong with the plan."""
from collections.abc import Iterator


# region verdict
def stages(plan: dict) -> Iterator[str]:
    """Names from the top to the leaves; newer servers wrap the tree in `queryPlan`."""
    plan = plan.get("queryPlan", plan)
    yield plan.get("stage", "")
    for child in [plan.get("inputStage"), *plan.get("inputStages", [])]:
        if child:
            yield from stages(child)


def verdict(explain: dict, most_per_result: int = 10) -> list[str]:
    """Empty when the plan is fine. In a test: assert verdict(query.explain(...)) == [], with data of real shape."""
    stats, names = explain["executionStats"], set(stages(explain["queryPlanner"]["winningPlan"]))
    returned = max(stats["nReturned"], 1)
    found = []
    if "COLLSCAN" in names:
        found.append("COLLSCAN: no index serves the filter")
    if "SORT" in names:
        found.append("SORT: no index gives the order; the sort blocks and needs memory")
    if stats["totalDocsExamined"] > most_per_result * returned:
        found.append(f"{stats['totalDocsExamined']} documents read for {stats['nReturned']}: a field is missing in the index")
    if stats["totalKeysExamined"] > most_per_result * returned:
        found.append(f"{stats['totalKeysExamined']} keys read for {stats['nReturned']}: a range stands before an equality")
    return found
# endregion
