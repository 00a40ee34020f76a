"""Checks deploy's and sample-app's files for Kubernetes and Compose; scripts/validate-manifests runs it, and says what
against."""
import copy
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

import kustomization

TOP = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = TOP / "sample-app"
KUBERNETES = SAMPLES / "kubernetes"
# The first version in which a sidecar container is on by default, and the newest that there is a schema for.
VERSIONS = ["1.29", kubernetes_validate.latest_version()]
PROGRAM = TOP / ".build/release/git-sidecar"
FLAGS = set(re.findall(r"^### ([a-z0-9-]+)$", (TOP / "docs/options.md").read_text(), re.MULTILINE))

problems = []


def check(condition, where, rule):
    if not condition:
        problems.append(f"{where}: {rule}")


def shown(path):
    return str(path.relative_to(TOP))


# Kubernetes

def valid_by_schema(document, where):
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            problems.append(f"{where}: Kubernetes {version} does not take it: {error}")


def check_object(document, where, maps=None):
    where = f"{where}: {document['kind']} {document.get('metadata', {}).get('name')}"
    if document["apiVersion"].startswith("monitoring.coreos.com/"):
        check_monitoring(document, where)
        return
    valid_by_schema(document, where)
    if document["kind"] == "Deployment":
        check_deployment(document, where, maps or {})


def flags_of(container):
    return [value for value in container.get("args", []) if value.startswith("--")]


def variables_of(container, maps, where):
    """What a container's environment is: what comes later wins, and its own variables win over those of maps."""
    variables = {}
    for source in container.get("envFrom", []):
        name = source["configMapRef"]["name"]
        check(name in maps, where, f"there is a ConfigMap {name}")
        variables.update(maps.get(name, {}))
    variables.update({entry["name"]: entry["value"] for entry in container.get("env", [])})
    return variables


def check_deployment(document, where, maps):
    pod = document["spec"]["template"]["spec"]
    labels = document["spec"]["template"]["metadata"]["labels"]
    check(document["spec"]["selector"]["matchLabels"].items() <= labels.items(), where, "it selects its own pods")
    check(pod.get("automountServiceAccountToken") is False, where, "no token of a service account is mounted")
    user = pod["securityContext"]
    check(user.get("runAsNonRoot") is True and user.get("runAsUser", 0) > 0, where, "it does not run as root")
    check(user.get("fsGroup") == user.get("runAsGroup"), where, "the group of the volumes is the one it runs as")
    check(user.get("seccompProfile") == {"type": "RuntimeDefault"}, where, "the seccomp profile is RuntimeDefault")
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        check(key not in pod, where, f"no {key}")
    [sidecar] = pod["initContainers"]
    check(sidecar.get("restartPolicy") == "Always", where, "the sidecar is an init container that is restarted always")
    check(sidecar.get("startupProbe", {}).get("httpGet", {}).get("path") == "/readyz", where, "it is started when ready")
    check(sidecar.get("livenessProbe", {}).get("httpGet", {}).get("path") == "/livez", where, "it is asked for life")
    variables = variables_of(sidecar, maps, where)
    signals = bool(variables.get("GITSYNC_SIGNAL")) or any(flag.startswith("--signal=") for flag in flags_of(sidecar))
    check(pod.get("shareProcessNamespace", False) == signals, where, "processes are shared where a signal is sent only")
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    check("emptyDir" in volumes.get("git", {}), where, "releases are on an emptyDir named git")
    for name, volume in volumes.items():
        if "secret" in volume:
            check(volume["secret"].get("defaultMode") == 0o400, where, f"the secret {name} is readable for its owner only")
    for container in [sidecar] + pod["containers"]:
        check_container(container, volumes, f"{where}, container {container['name']}", container is sidecar)
    check_parameters(flags_of(sidecar), variables, where)


def check_container(container, volumes, where, is_sidecar):
    # Pod Security "restricted", and no writing to the image.
    context = container.get("securityContext", {})
    check(context.get("allowPrivilegeEscalation") is False, where, "no privilege escalation")
    check(context.get("capabilities") == {"drop": ["ALL"]}, where, "all capabilities are dropped")
    check(context.get("readOnlyRootFilesystem") is True, where, "the root file system is read-only")
    for key in ("runAsUser", "runAsGroup", "seccompProfile", "privileged"):
        check(key not in context, where, f"{key} is the pod's")
    resources = container.get("resources", {})
    check({"cpu", "memory"} <= resources.get("requests", {}).keys(), where, "it requests CPU and memory")
    check("memory" in resources.get("limits", {}), where, "it has a limit of memory")
    check_image(container["image"], where)
    mounts = {mount["name"]: mount for mount in container.get("volumeMounts", [])}
    check(mounts.keys() <= volumes.keys(), where, "what it mounts is there")
    if "git" in mounts and not is_sidecar:
        check(mounts["git"].get("readOnly") is True, where, "the application only reads releases")
    ports = {port["name"] for port in container.get("ports", [])}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        if probe in container:
            check(container[probe]["httpGet"]["port"] in ports, where, f"the port of the {probe} is there")


def check_parameters(flags, variables, where):
    """The parameters are documented, and the program, where it is built, takes them as they are."""
    for flag in flags:
        name = flag[2:].split("=")[0]
        check(name in FLAGS, where, f"git-sidecar has a parameter --{name}")
    for variable in variables:
        if variable.startswith("GITSYNC_"):
            check(variable[8:].lower().replace("_", "-") in FLAGS, where, f"git-sidecar knows {variable}")
    if not PROGRAM.exists():
        return
    with tempfile.TemporaryDirectory() as root:
        # A repository that does not exist ends it with 1; what is wrong with the parameters, before that, with 2.
        others = [f"--root={root}/git", f"--repo={root}/nothing", "--http-bind=127.0.0.1:0", "--one-time"]
        ended = subprocess.run(
            [PROGRAM] + flags + others, env={"PATH": os.environ["PATH"], **variables}, capture_output=True, text=True,
            timeout=60, check=False)
        check(ended.returncode == 1, where, f"git-sidecar takes its parameters: {ended.stderr}")


def check_image(image, where):
    check("/" not in image or "." not in image.split("/")[0], where, f"the image {image} names no registry")


def check_monitoring(document, where):
    if document["kind"] == "ServiceMonitor":
        check(document["spec"]["endpoints"][0]["port"] == "sidecar", where, "it asks the sidecar's port")
        return
    check(document["kind"] == "PrometheusRule", where, "its kind is known")
    alerts = TOP / "docs/alerts.yaml"
    if alerts.exists():
        check(document["spec"]["groups"] == yaml.safe_load(alerts.read_text())["groups"], where, "it is docs/alerts.yaml")


def check_services(documents, where):
    """Services lead to ports that pods have."""
    deployments = [document for document in documents if document["kind"] == "Deployment"]
    for service in (document for document in documents if document["kind"] == "Service"):
        pods = [
            deployment["spec"]["template"] for deployment in deployments
            if service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()]
        name = f"{where}: Service {service['metadata']['name']}"
        check(len(pods) == 1, name, "it leads to the pods of one deployment")
        for pod in pods:
            ports = {
                port["name"] for container in pod["spec"]["containers"] + pod["spec"]["initContainers"]
                for port in container.get("ports", [])}
            for port in service["spec"]["ports"]:
                check(port["targetPort"] in ports, name, f"its port {port['targetPort']} is there")


def check_kubernetes():
    """Every kustomization, as it is rendered; what it is rendered from is valid by itself too."""
    count = 0
    for path in sorted(KUBERNETES.glob("*/*.yaml")):
        if path.name != "kustomization.yaml":
            for document in yaml.safe_load_all(path.read_text()):
                if not document["apiVersion"].startswith("monitoring.coreos.com/"):
                    valid_by_schema(document, shown(path))
            continue
        try:
            documents = kustomization.build(path.parent)
        except (kustomization.RenderError, KeyError, OSError) as error:
            problems.append(f"{shown(path)}: {error!r}")
            continue
        maps = {document["metadata"]["name"]: document["data"] for document in documents if document["kind"] == "ConfigMap"}
        for document in documents:
            check_object(document, shown(path), maps)
        check_services(documents, shown(path))
        count += len(documents)
    return count


def check_components():
    """Each of the three uses is shown by a sample, and adds the sidecar to a Deployment that knows nothing of it."""
    used = {component.name for path in KUBERNETES.glob("*/kustomization.yaml")
            for component in map(pathlib.Path, yaml.safe_load(path.read_text()).get("components", []))}
    uses = {path.parent.name for path in (TOP / "deploy").glob("*/kustomization.yaml")} - {"sidecar"}
    check(used == uses and len(uses) == 3, "deploy", f"a sample uses each of {sorted(uses)}, not {sorted(used)}")
    bare = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "bare"}, "spec": {
        "selector": {"matchLabels": {"app": "bare"}}, "template": {
            "metadata": {"labels": {"app": "bare"}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}}}
    for use in sorted(uses):
        objects = kustomization.accumulate(TOP / "deploy" / use, [{"object": copy.deepcopy(bare), "name": "bare"}])
        deployment = objects[0]["object"]
        where = f"deploy/{use}"
        valid_by_schema(deployment, where)
        pod = deployment["spec"]["template"]["spec"]
        check([container["name"] for container in pod["initContainers"]] == ["git-sidecar"], where, "it adds the sidecar")
        check([container["name"] for container in pod["containers"]] == ["app"], where, "it leaves the application")
        check({"git", "git-sidecar-secret"} == {volume["name"] for volume in pod["volumes"]}, where, "it adds its volumes")
    return len(uses)


def check_against_kustomize():
    """What is rendered here is what Kustomize renders, where there is a program for that."""
    if shutil.which("kustomize"):
        command = ["kustomize", "build"]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize"]
    else:
        return None
    count = 0
    for path in sorted(KUBERNETES.glob("*/kustomization.yaml")):
        built = subprocess.run(command + [str(path.parent)], capture_output=True, text=True, check=False)
        check(built.returncode == 0, shown(path), f"it can be built: {built.stderr.strip()}")
        if built.returncode == 0:
            theirs = [json.dumps(document, sort_keys=True) for document in yaml.safe_load_all(built.stdout)]
            ours = [json.dumps(document, sort_keys=True) for document in kustomization.build(path.parent)]
            check(sorted(ours) == sorted(theirs), shown(path), "our own rendering is that of Kustomize")
            count += len(theirs)
    return count


def check_copies():
    """What is written in a manifest and elsewhere is the same."""
    for document in yaml.safe_load_all((KUBERNETES / "static/static.yaml").read_text()):
        if document["kind"] == "ConfigMap":
            check(document["data"]["nginx.conf"] == (SAMPLES / "static/nginx.conf").read_text(),
                  "sample-app/kubernetes/static", "its nginx.conf is that of sample-app/static")


def check_that_mistakes_are_found():
    documents = kustomization.build(KUBERNETES / "node")
    maps = {document["metadata"]["name"]: document["data"] for document in documents if document["kind"] == "ConfigMap"}
    [deployment] = [document for document in documents if document["kind"] == "Deployment"]
    mistakes = [
        lambda pod: pod.update(restartPolcy="Always"),
        lambda pod: pod["initContainers"][0].update(restartPolicy=1),
        lambda pod: pod["initContainers"][0]["securityContext"].pop("capabilities"),
        lambda pod: pod["containers"][0]["volumeMounts"][0].pop("readOnly"),
        lambda pod: pod["initContainers"][0]["args"].append("--perod=10s"),
        lambda pod: pod["initContainers"][0]["envFrom"].pop(),
        lambda pod: pod.pop("shareProcessNamespace"),
    ]
    for mistake in mistakes:
        broken = copy.deepcopy(deployment)
        mistake(broken["spec"]["template"]["spec"])
        before = len(problems)
        check_object(broken, "a mistake made on purpose", maps)
        found = len(problems) > before
        del problems[before:]
        check(found, "scripts/check_manifests.py", "it finds each of the mistakes that it makes on purpose")


# Compose

SERVICE_KEYS = {
    "image", "build", "user", "restart", "read_only", "cap_drop", "security_opt", "environment", "mem_limit", "profiles",
    "ports", "command", "entrypoint", "volumes", "network_mode", "pid", "depends_on", "tmpfs", "healthcheck"}


def check_compose():
    path = SAMPLES / "compose.yaml"
    document = yaml.safe_load(path.read_text())
    unknown = {key for key in document if key not in ("name", "services", "volumes") and not key.startswith("x-")}
    check(not unknown, shown(path), f"no {unknown}")
    services = document["services"]
    for name, service in services.items():
        where = f"{shown(path)}: {name}"
        check(service.keys() <= SERVICE_KEYS, where, f"no {service.keys() - SERVICE_KEYS}")
        check_image(service.get("image", ""), where)
        check(service.get("user") == "65533:65533", where, "it is the same user as the others")
        check(service.get("cap_drop") == ["ALL"] and service.get("read_only") is True, where, "it is locked up")
        if "build" in service:
            check((SAMPLES / service["build"] / "Dockerfile").exists(), where, "its Dockerfile is there")
        named = [service[key].removeprefix("service:") for key in ("network_mode", "pid") if key in service]
        for other in named + list(service.get("depends_on", {})):
            check(other in services, where, f"there is a service {other}")
            check(services.get(other, {}).get("profiles") == service["profiles"], where, f"{other} is of its profile")
        for other, how in service.get("depends_on", {}).items():
            check(how["condition"] != "service_healthy" or "healthcheck" in services.get(other, {}), where,
                  f"{other} says whether it is well")
        check("network_mode" not in service or "ports" not in service, where, "who shares a network has no ports")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                check((SAMPLES / source).exists(), where, f"{source} is there")
            elif not source.startswith("$"):
                check(source in document["volumes"], where, f"there is a volume {source}")
        if name.endswith("-sidecar"):
            check_parameters(service.get("command", []), service["environment"], where)
        else:
            releases = [volume for volume in service.get("volumes", []) if ":/git" in volume]
            check(all(volume.endswith(":ro") for volume in releases), where, "the application only reads releases")
    return len(services)


def main():
    if not PROGRAM.exists():
        sys.exit("there is no .build/release/git-sidecar, which says whether it takes the parameters: run make build")
    count = check_kubernetes()
    uses = check_components()
    kustomized = check_against_kustomize()
    check_copies()
    check_that_mistakes_are_found()
    services = check_compose()
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(f"{len(problems)} problems")
    print(f"{count} Kubernetes objects are valid in {' and '.join(VERSIONS)}, and as restricted as they should be")
    print(f"{uses} components add the sidecar to a Deployment that knows nothing of it")
    if kustomized is None:
        print("there is neither kustomize nor kubectl here: they were rendered by scripts/kustomization.py alone")
    else:
        print(f"{kustomized} objects are rendered as Kustomize renders them")
    print(f"{services} services of Compose fit together")


main()
