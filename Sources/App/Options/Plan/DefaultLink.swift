internal import Layout

extension Invocation {
    /// The link that was asked for, or the one that the repository's name suggests, absolute.
    static func link(_ settings: Settings, _ root: Path?, _ problems: inout [Problem]) -> Path? {
        guard let root, let repository = settings.repo else { return nil }
        guard let link = settings.link else {
            let name = defaultLink(of: repository)
            if name.isEmpty || name == "." || name == ".." || name == ".git" {
                problems.append(Problem("--link", "the name cannot be taken from --repo=\(repository): give one"))
                return nil
            }
            return Path(name).resolved(against: root.text)
        }
        let inside = link.normalized
        let base = root.normalized
        if inside == base {
            problems.append(Problem("--link=\(link)", "cannot be the same as --root"))
            return nil
        }
        let prefix = base == "/" ? "/" : base + "/"
        for reserved in ReleaseLayout.reservedNames {
            guard inside == prefix + reserved || inside.hasPrefix(prefix + reserved + "/") else { continue }
            problems.append(
                Problem("--link=\(link)", "cannot be in \(reserved), where the sidecar keeps its own files"))
            return nil
        }
        return link
    }

    /// The last part of a URL, address or path, without `.git`.
    static func defaultLink(of repository: Address) -> String {
        var text = repository.exposed[...]
        if repository.scheme != nil { text = text.prefix { $0 != "?" && $0 != "#" } }
        while text.hasSuffix("/") { text.removeLast() }
        let separators: Set<Character> = repository.scheme == nil ? ["/", ":"] : ["/"]
        if let last = text.lastIndex(where: { separators.contains($0) }) { text = text[text.index(after: last)...] }
        if text.hasSuffix(".git"), text.count > 4 { text.removeLast(4) }
        return String(text)
    }
}
