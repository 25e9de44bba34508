import re
from pathlib import Path

import yaml

HERE = Path(__file__).parent
CI = yaml.safe_load((HERE / "ci.yaml").read_text())
COMPOSE = yaml.safe_load((HERE / "compose.yaml").read_text())


def test_third_party_actions_are_pinned_to_a_commit() -> None:
    used = [step["uses"] for job in CI["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action in used)


def test_nothing_untrusted_is_pasted_into_a_script() -> None:
    scripts = [step["run"] for job in CI["jobs"].values() for step in job["steps"] if "run" in step]
    assert not any("${{" in script for script in scripts)


def test_one_image_goes_through_every_stage() -> None:
    builders = [name for name, job in CI["jobs"].items() if any("build" in step.get("run", "") for step in job["steps"])]
    assert builders == ["image"]
    for stage in ("staging", "production"):
        assert CI["jobs"][stage]["env"]["DIGEST"] == "${{ needs.image.outputs.digest }}"
    assert set(CI["jobs"]["image"]["needs"]) == {"check", "integration"}


def test_rights_are_read_only_by_default() -> None:
    assert CI["permissions"] == {"contents": "read"}
    assert "id-token" not in CI["jobs"]["check"].get("permissions", {})


def test_compose_waits_for_health_and_binds_to_loopback() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], (name, needed)
    assert services["db"]["volumes"] == ["pgdata:/var/lib/postgresql"]
