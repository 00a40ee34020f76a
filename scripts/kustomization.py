"""Renders the kustomizations of this repository, for machines without kustomize: kustomization.py DIRECTORY

It knows resources, components, generated ConfigMaps (literals, merging, the hash in the name and in what refers to it),
patches (merged, and JSON patches), nameSuffix, labels and images, and refuses anything else. scripts/check_manifests.py
compares it with kustomize where that is there."""
import copy
import hashlib
import json
import pathlib
import re
import sys

import yaml

# By which field Kubernetes tells the elements of a list apart; other lists are replaced whole.
LIST_KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath",
             "ports": "containerPort", "imagePullSecrets": "name"}
KNOWN = {"apiVersion", "kind", "resources", "components", "configMapGenerator", "patches", "nameSuffix", "labels", "images"}


class RenderError(Exception):
    """A kustomization says something that cannot be carried out here."""


def require(condition, where, message):
    if not condition:
        raise RenderError(f"cannot render {where}: {message}")


def build(directory):
    """The objects that a kustomization gives."""
    objects = accumulate(pathlib.Path(directory).resolve(), [])
    # The hash of a generated map becomes part of its name, last of all, and of what refers to it.
    for item in objects:
        if item.pop("generated", False):
            old = item["object"]["metadata"]["name"]
            rename(objects, item, f"{old}-{content_hash(item['object'])}")
    return [item["object"] for item in objects]


def accumulate(directory, objects):
    """Adds what a directory has to the objects: new ones, or, as a component, changes to those that are there."""
    path = directory / "kustomization.yaml"
    kustomization = yaml.safe_load(path.read_text())
    require(kustomization.keys() <= KNOWN, path, f"it does not know {', '.join(sorted(kustomization.keys() - KNOWN))}")
    for resource in kustomization.get("resources", []):
        source = directory / resource
        if source.is_dir():
            objects.extend(accumulate(source, []))
        else:
            documents = yaml.safe_load_all(source.read_text())
            objects.extend({"object": document, "name": document["metadata"]["name"]} for document in documents)
    for generator in kustomization.get("configMapGenerator", []):
        generate(generator, objects, path)
    for component in kustomization.get("components", []):
        accumulate(directory / component, objects)
    for patch in kustomization.get("patches", []):
        apply_patch(patch, directory, objects, path)
    for labels in kustomization.get("labels", []):
        for item in objects:
            add_labels(item["object"], labels)
    for image in kustomization.get("images", []):
        for item in objects:
            set_image(item["object"], image)
    suffix = kustomization.get("nameSuffix", "")
    if suffix:
        for item in objects:
            rename(objects, item, item["object"]["metadata"]["name"] + suffix)
    return objects


def generate(generator, objects, path):
    data = dict(literal.split("=", 1) for literal in generator["literals"])
    there = [item for item in objects if item["object"]["kind"] == "ConfigMap" and item["name"] == generator["name"]]
    behavior = generator.get("behavior", "create")
    require(behavior in ("create", "merge"), path, f"it does not know the behavior {behavior}")
    require(len(there) == (behavior == "merge"), path, f"there are {len(there)} maps {generator['name']} to {behavior}")
    if there:
        there[0]["object"]["data"].update(data)
        return
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data}
    objects.append({"object": document, "name": generator["name"], "generated": True})


def content_hash(config_map):
    """The hash of kustomize: ten digits of SHA-256, with letters that make no words."""
    encoded = json.dumps({"data": config_map["data"], "kind": "ConfigMap", "name": ""},
                         sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # Go's encoder writes these so.
    for character in "&<>":
        encoded = encoded.replace(character, f"\\u{ord(character):04x}")
    return hashlib.sha256(encoded.encode()).hexdigest()[:10].translate(str.maketrans("013ae", "ghkmt"))


def rename(objects, item, name):
    """Renames an object, and what refers to it: ConfigMaps by envFrom; no other object here is referred to by name."""
    old = item["object"]["metadata"]["name"]
    item["object"]["metadata"]["name"] = name
    if item["object"]["kind"] != "ConfigMap":
        return
    for other in objects:
        pod = other["object"].get("spec", {}).get("template", {}).get("spec", {})
        for container in pod.get("initContainers", []) + pod.get("containers", []):
            for source in container.get("envFrom", []):
                if source.get("configMapRef", {}).get("name") == old:
                    source["configMapRef"]["name"] = name
        for volume in pod.get("volumes", []):
            if volume.get("configMap", {}).get("name") == old:
                volume["configMap"]["name"] = name


def apply_patch(patch, directory, objects, path):
    target = patch["target"]
    require(target.keys() <= {"kind", "name"}, path, f"it does not know the target {target}")
    content = yaml.safe_load((directory / patch["path"]).read_text() if "path" in patch else patch["patch"])
    chosen = [item for item in objects if item["object"]["kind"] == target["kind"] and
              re.fullmatch(target.get("name", ".*"), item["name"])]
    require(chosen, path, f"there is nothing to patch for {target}")
    for item in chosen:
        if isinstance(content, list):
            for operation in content:
                change(item["object"], operation, path)
        else:
            # What it is called is only an example there.
            body = {key: value for key, value in content.items() if key not in ("apiVersion", "kind", "metadata")}
            item["object"] = merged(item["object"], body)


def merged(old, new, key=None):
    """A strategic merge of Kubernetes."""
    if isinstance(old, dict) and isinstance(new, dict):
        result = dict(old)
        for name, value in new.items():
            result[name] = merged(old[name], value, name) if name in old else copy.deepcopy(value)
        return result
    if isinstance(old, list) and isinstance(new, list) and key in LIST_KEYS:
        field = LIST_KEYS[key]
        known = {element[field]: element for element in old}
        added = [copy.deepcopy(element) for element in new if element[field] not in known]
        changes = {element[field]: element for element in new}
        # What is new comes first, as with kustomize.
        return added + [merged(element, changes.get(element[field], {})) for element in old]
    return copy.deepcopy(new)


def change(document, operation, path):
    """One operation of a JSON patch."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    place = document
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    kind, value = operation["op"], copy.deepcopy(operation.get("value"))
    require(kind in ("add", "replace", "remove"), path, f"it does not know the operation {kind}")
    if isinstance(place, list) and kind == "add":
        place.insert(len(place) if last == "-" else int(last), value)
        return
    last = int(last) if isinstance(place, list) else last
    if kind != "add":
        require(last in (range(len(place)) if isinstance(place, list) else place), path, f"there is no {operation['path']}")
    if kind == "remove":
        del place[last]
    else:
        place[last] = value


def add_labels(document, labels):
    document["metadata"].setdefault("labels", {}).update(labels["pairs"])
    if not labels.get("includeSelectors"):
        return
    if document["kind"] == "Deployment":
        document["spec"]["template"]["metadata"].setdefault("labels", {}).update(labels["pairs"])
    selector = document.get("spec", {}).get("selector")
    if selector is not None:
        (selector if document["kind"] == "Service" else selector.setdefault("matchLabels", {})).update(labels["pairs"])


def set_image(document, image):
    pod = document.get("spec", {}).get("template", {}).get("spec", {})
    for container in pod.get("initContainers", []) + pod.get("containers", []):
        name, _, tag = container["image"].partition(":")
        if name == image["name"]:
            name = image.get("newName", name)
            tag = image.get("newTag", tag)
            digest = image.get("digest")
            container["image"] = f"{name}@{digest}" if digest else f"{name}:{tag}" if tag else name


if __name__ == "__main__":
    try:
        yaml.safe_dump_all(build(sys.argv[1]), sys.stdout, sort_keys=True)
    except RenderError as error:
        sys.exit(str(error))
