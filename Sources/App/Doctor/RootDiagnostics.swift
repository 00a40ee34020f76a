internal import Assembly
internal import Commands
internal import Figures
internal import Layout
internal import Options
internal import Posix
internal import Releases
internal import Telemetry

/// Looks whether root and link can be written, and what their file system can do.
struct RootDiagnostics {
    private let plan: Plan
    private var root: String { plan.root.text }

    init(_ diagnostics: Diagnostics) {
        plan = diagnostics.plan
    }

    /// Root and link, as far as can be told without writing.
    func permissions(_ tell: Diagnostics.Tell) {
        tell(report("root") { try rootPermission() })
        tell(report("link") { try linkPermission() })
    }

    /// What the file system can do, by trying it; nothing stays.
    func abilities(_ tell: Diagnostics.Tell) {
        tell(
            report("file system") {
                guard try exists(root) else { return nil }
                let place = try ReleaseLayout.directoryForTests(ofRoot: root) + "/" + TemporaryName.make()
                try Files.makeDirectory(place, mode: 0o700)
                let found = Result { try tryOut(place) }
                try Files.removeTree(place)
                return try found.get()
            })
    }

    /// The room on the volume, beside what must stay free.
    func space(_ tell: Diagnostics.Tell) {
        tell(
            report("disk") {
                let volume = try Volume(of: Files.nearestExisting(root))
                let minimum = UInt64(plan.settings.minFreeSpace.bytes)
                let words =
                    "\(bytesText(volume.freeBytes)) of \(bytesText(volume.totalBytes)) free; "
                    + "\(bytesText(minimum)) must stay free (--min-free-space)"
                if volume.freeBytes <= minimum {
                    return Diagnosis(
                        .problem, "disk", words, advice: "Make room, or give the volume more: nothing is fetched now.")
                }
                if volume.totalFiles > 0, volume.freeFiles < 1000 {
                    return Diagnosis(
                        .warning, "disk", "room for \(volume.freeFiles) more files only",
                        advice: "Remove files, or make the file system with more inodes.")
                }
                let isTight = volume.freeBytes / 2 <= minimum
                return Diagnosis(
                    isTight ? .warning : .good, "disk", words,
                    advice: isTight ? "A large push may not fit: two releases and the store twice should." : nil)
            })
    }

    private func report(_ subject: String, _ body: () throws -> Diagnosis?) -> Diagnosis {
        do {
            return try body() ?? Diagnosis(.good, subject, "not tried: there is no root yet")
        } catch let error as SystemError where error.isForbidden {
            return Diagnosis(.problem, subject, "\(error)", advice: advice(root))
        } catch {
            return Diagnosis(.problem, subject, "\(error)")
        }
    }

    private func exists(_ path: String) throws -> Bool { try Files.statusIfPresent(path, followingLinks: true) != nil }

    private func rootPermission() throws -> Diagnosis {
        guard let status = try Files.statusIfPresent(root, followingLinks: true) else {
            let above = try Files.nearestExisting(root)
            guard try Files.mayChange(above) else {
                return Diagnosis(.problem, "root", "\(root) cannot be made in \(above)", advice: advice(above))
            }
            return Diagnosis(.good, "root", "\(root) will be made")
        }
        guard status.kind == .directory else {
            return Diagnosis(.problem, "root", "\(root) is no directory", advice: "Give another --root.")
        }
        for path in ReleaseLayout.directories(ofRoot: root) where try exists(path) {
            guard try Files.mayChange(path) else {
                return Diagnosis(.problem, "root", "we may not write in \(path)", advice: advice(path))
            }
        }
        return Diagnosis(.good, "root", "\(root) can be written")
    }

    private func linkPermission() throws -> Diagnosis {
        let link = plan.link.text
        let slash = link.lastIndex(of: "/") ?? link.startIndex
        let above = try Files.nearestExisting(slash == link.startIndex ? "/" : String(link[..<slash]))
        guard try Files.mayChange(above) else {
            return Diagnosis(.problem, "link", "\(link) cannot be made in \(above)", advice: advice(above))
        }
        if try exists(root) {
            let layout = try ReleaseLayout(root: root, link: link)
            let publisher = Publisher(layout: layout, mode: plan.publishMode)
            try publisher.check()
            if let live = try publisher.current() {
                return Diagnosis(.good, "link", "\(link) is release \(live.commit)")
            }
        }
        return Diagnosis(.good, "link", "\(link) can be made")
    }

    private func tryOut(_ place: String) throws -> Diagnosis {
        let directory = try FileDescriptor.openDirectory(place)
        try AtomicFile.write(Array("test".utf8), to: place + "/one", synchronized: true)
        try AtomicSymlink.replace(target: "one", at: place + "/link")
        var missing: [String] = []
        do throws(SystemError) {
            try directory.link(entry: "one", to: directory, as: "two")
        } catch {
            missing.append("hard links (every release costs its full size)")
        }
        try AtomicFile.write(Array("other".utf8), to: place + "/three")
        do throws(SystemError) {
            try Files.exchange(place + "/one", place + "/three")
        } catch {
            if plan.publishMode == .directory {
                return Diagnosis(
                    .problem, "file system", "cannot exchange two directories in one step: \(error)",
                    advice: "Use --publish=symlink, or another file system.")
            }
            missing.append("exchanging directories (for --publish=directory)")
        }
        if missing.isEmpty {
            return Diagnosis(.good, "file system", "writes, links and exchanges in one step")
        }
        return Diagnosis(.warning, "file system", "writes; it lacks " + missing.joined(separator: " and "))
    }

    private func advice(_ path: String) -> String? {
        // Only for people: without it the diagnosis still says what is wrong.
        guard let status = (try? Files.statusIfPresent(path, followingLinks: true)).flatMap({ $0 }) else { return nil }
        return "We run as user \(ProcessIdentity.user); \(path) belongs to user \(status.userID) and group "
            + "\(status.groupID) with mode \(String(status.permissions, radix: 8)). Run as that user, or set fsGroup."
    }
}
