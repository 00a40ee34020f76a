internal import Posix
internal import TestSupport

// What must not be there when all is over.
extension Check {
    /// Compares what lies below the root, and what the program holds, with a run in which nothing went wrong.
    func lookAtLeftovers(_ program: Program?) {
        guard let normal = lane.normal[scenario.name] else { return }
        var extra: [String] = []
        // What is removed is removed beside the loop.
        let isClean = soon {
            extra = (try? paths().filter { !normal.paths.contains($0) }.sorted()) ?? []
            return extra.isEmpty
        }
        expect(isClean, "leftovers", "\(extra.count) paths, as \(extra.first ?? "")")
        let packs = (try? self.packs()) ?? 0
        expect(packs <= normal.packs + 4, "leftovers", "\(packs) packs, where \(normal.packs) are usual")
        if let program {
            var now = program.holdings
            // A pack and its index are held open.
            let most = normal.holdings.descriptors + 2 * max(0, packs - normal.packs)
            let isFree = soon {
                now = program.holdings
                return now.descriptors <= most && now.threads <= normal.holdings.threads
                    && now.children <= normal.holdings.children
            }
            expect(
                isFree, "resources",
                "\(now.descriptors) descriptors, \(now.threads) threads, \(now.children) children, where "
                    + "\(most), \(normal.holdings.threads), \(normal.holdings.children) are usual"
            )
        }
        lookAtStore()
    }

    private func lookAtStore() {
        let fsck = try? runProgram(["git", "--git-dir=\(lane.root)/.git", "fsck", "--no-dangling", "--no-progress"])
        guard let fsck else { return report("fsck", "git cannot be run") }
        let lines = (fsck.output + "\n" + fsck.errors).split(separator: "\n").filter { line in
            // HEAD has no branch, and a partial clone lacks on purpose what no release needs.
            if line.hasPrefix("notice:") { return false }
            return !scenario.isPartial
                || !(line.hasPrefix("missing") || line.hasPrefix("broken link") || line.hasPrefix(" "))
        }
        expect(lines.isEmpty, "fsck", lines.first.map { String($0) } ?? "")
    }

    /// Every path below the root with a star for what differs between runs, without the content of releases and packs.
    func paths() throws -> Set<String> {
        var found: Set<String> = []
        func walk(_ directory: String, _ prefix: String) throws {
            for name in try TestFiles.list(directory) {
                let path = prefix + normalized(name)
                // A program that ends by itself leaves the emptying to the next.
                if scenario.isOnce, path == ".git-sidecar/staging/trash" { continue }
                found.insert(path)
                let isRelease = prefix == ".worktrees/" || path == "live"
                if isRelease || path == ".git/objects/pack" { continue }
                if prefix == ".git/objects/", name.count == 2 { continue }
                // It may have gone meanwhile.
                guard let status = try? Files.status(directory + "/" + name), status.kind == .directory else {
                    continue
                }
                try walk(directory + "/" + name, path + "/")
            }
        }
        try walk(lane.root, "")
        for directory in try packDirectories() {
            for name in try TestFiles.list(directory) where !name.hasPrefix("pack-") { found.insert("packs/" + name) }
        }
        // Each of these is one more than there may be.
        let releases = try TestFiles.list(lane.root + "/.worktrees").count
        if releases > 1 { found.insert("\(releases) releases") }
        return found
    }

    private func packDirectories() throws -> [String] { [lane.root + "/.git/objects/pack"] }

    func packs() throws -> Int {
        try packDirectories().reduce(0) { $0 + (try TestFiles.list($1)).count { $0.hasSuffix(".pack") } }
    }

    private func normalized(_ name: String) -> String {
        let isHash = name.utf8.count == 40 && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        return isHash ? "*" : name.hasPrefix(".git-sidecar-tmp-") ? ".git-sidecar-tmp-*" : name
    }

    func soon(_ condition: () -> Bool) -> Bool {
        (try? waitUntil("it is over", within: .milliseconds(1500), condition)) != nil
    }
}
