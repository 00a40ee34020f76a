internal import JSON

/// What a forge says was pushed, and where: the union of what the forges write.
struct PushPayload: Equatable {
    /// Every address under which the forge knows the repository.
    var addresses: [String]
    /// The last parts of its path, when nothing else is said.
    var fullName: String?
    /// The branch that `HEAD` stands for.
    var defaultBranch: String?
    /// The full names of the references that were updated, made or removed.
    var references: [String]

    /// Reads a payload; nil when it says neither what nor where.
    init?(_ json: JSONValue) {
        let places = [json["repository"], json["project"]].compactMap { $0 }
        let names = [
            "clone_url", "ssh_url", "git_url", "html_url", "git_http_url", "git_ssh_url", "http_url", "web_url",
            "homepage", "url",
        ]
        addresses = places.flatMap { place in
            names.compactMap { place[$0]?.string } + PushPayload.links(place["links"])
        }
        fullName =
            places.lazy.compactMap { place in
                if let key = place["project"]?["key"]?.string, let slug = place["slug"]?.string {
                    return "\(key)/\(slug)"
                }
                return (place["full_name"] ?? place["path_with_namespace"])?.string
            }.first
        defaultBranch = places.lazy.compactMap { $0["default_branch"]?.string }.first
        references = PushPayload.references(json)
        if references.isEmpty || addresses.isEmpty && fullName == nil { return nil }
    }

    // {"clone": [{"href": …}], "self": [{"href": …}], "html": {"href": …}}
    private static func links(_ links: JSONValue?) -> [String] {
        guard let links else { return [] }
        return ["clone", "self", "html"].flatMap { name -> [String] in
            guard let link = links[name] else { return [] }
            return (link.elements ?? [link]).compactMap { $0["href"]?.string }
        }
    }

    private static func references(_ json: JSONValue) -> [String] {
        if let reference = json["ref"]?.string { return [reference] }
        if let references = json["refs"]?.elements { return references.compactMap(\.string) }
        let changes = json["push"]?["changes"]?.elements ?? json["changes"]?.elements ?? []
        return changes.compactMap { change in
            if let id = change["ref"]?["id"]?.string ?? change["ref"]?.string { return id }
            for side in ["new", "old"] {
                guard let name = change[side]?["name"]?.string else { continue }
                return (change[side]?["type"]?.string == "tag" ? "refs/tags/" : "refs/heads/") + name
            }
            return nil
        }
    }
}
