from pathlib import Path

import yaml

DEPLOYMENT, SERVICE, BUDGET = yaml.safe_load_all(Path(__file__).with_name("deployment.yaml").read_text())
POD = DEPLOYMENT["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]


def test_selectors_and_ports_meet() -> None:
    labels = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]
    for selector in (DEPLOYMENT["spec"]["selector"]["matchLabels"], SERVICE["spec"]["selector"],
                     BUDGET["spec"]["selector"]["matchLabels"]):  # fmt: skip
        assert selector.items() <= labels.items()
    assert SERVICE["spec"]["ports"][0]["targetPort"] in {port["name"] for port in CONTAINER["ports"]}


def test_the_grace_period_covers_pre_stop_and_drain() -> None:
    drain = 20  # --timeout-graceful-shutdown of the image's command
    assert POD["terminationGracePeriodSeconds"] > CONTAINER["lifecycle"]["preStop"]["sleep"]["seconds"] + drain


def test_liveness_and_readiness_ask_different_questions() -> None:
    liveness, readiness, startup = (CONTAINER[f"{kind}Probe"] for kind in ("liveness", "readiness", "startup"))
    assert liveness["httpGet"]["path"] == startup["httpGet"]["path"] != readiness["httpGet"]["path"]
    patience = liveness["periodSeconds"] * liveness["failureThreshold"]
    assert patience > readiness["periodSeconds"] * readiness["failureThreshold"]


def test_memory_is_limited_and_cpu_is_requested_only() -> None:
    assert "memory" in CONTAINER["resources"]["limits"]
    assert "cpu" not in CONTAINER["resources"]["limits"]


def test_secrets_are_read_only_files_and_no_variables() -> None:
    assert not [source for source in CONTAINER["envFrom"] if "secretRef" in source]
    mount = next(mount for mount in CONTAINER["volumeMounts"] if mount["name"] == "secrets")
    assert mount == {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True}
    assert {"name": "secrets", "secret": {"secretName": "orders"}} in POD["volumes"]
    assert POD["automountServiceAccountToken"] is False  # its token would be mounted inside the read-only /run/secrets
