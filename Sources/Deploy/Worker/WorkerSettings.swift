internal import GitFiles
package import Layout
internal import Posix

/// How much of the confinement must be there.
package enum SandboxMode: String, Sendable, CaseIterable {
    /// What the kernel has; what it lacks is said.
    case auto
    /// All of it, or no work is done.
    case require
    /// Nothing of it.
    case off
}

/// What a worker is told when it is started, before it has read anything foreign.
package struct WorkerSettings: Sendable, Equatable {
    /// The root.
    package var root: String
    /// What readers open.
    package var link: String
    /// Whether the link is the release itself.
    package var publishesDirectory: Bool
    /// Repositories on this machine that are copied from, with what they borrow objects from.
    package var sources: [String] = []
    /// How much of the confinement must be there.
    package var sandbox: SandboxMode
    /// The most memory of its own; nil for any.
    package var memory: UInt64?
    /// The process that is to end it with itself.
    package var parent: Int32

    package init(
        root: String, link: String, publishesDirectory: Bool, sandbox: SandboxMode, memory: UInt64?,
        parent: Int32 = CurrentProcess.processID
    ) {
        self.root = root
        self.link = link
        self.publishesDirectory = publishesDirectory
        self.sandbox = sandbox
        self.memory = memory
        self.parent = parent
    }

    /// As words on a command line.
    package var arguments: [String] {
        var words = [
            "root=\(root)", "link=\(link)", "sandbox=\(sandbox.rawValue)", "parent=\(parent)",
            "publish=\(publishesDirectory ? "directory" : "symlink")",
        ]
        if let memory { words.append("memory=\(memory)") }
        return words + sources.map { "source=\($0)" }
    }

    /// Reads words of a command line; nil when one is not known or missing.
    package init?(arguments: [String]) {
        self.init(root: "", link: "", publishesDirectory: false, sandbox: .require, memory: nil, parent: 0)
        for argument in arguments {
            guard let equals = argument.firstIndex(of: "=") else { return nil }
            let value = String(argument[argument.index(after: equals)...])
            switch argument[..<equals] {
            case "root": root = value
            case "link": link = value
            case "source": sources.append(value)
            case "publish" where ["directory", "symlink"].contains(value): publishesDirectory = value == "directory"
            case "sandbox":
                guard let mode = SandboxMode(rawValue: value) else { return nil }
                sandbox = mode
            case "memory":
                guard let bytes = UInt64(value) else { return nil }
                memory = bytes
            case "parent":
                guard let number = Int32(value) else { return nil }
                parent = number
            default: return nil
            }
        }
        if !root.hasPrefix("/") || !link.hasPrefix("/") || parent <= 0 { return nil }
    }

    /// What may be read: the C library's conversions of text with what they load, the root, and local sources.
    package var readable: [String] {
        ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/i18n", "/etc/ld.so.cache", root] + sources
    }

    /// What may be changed.
    ///
    /// The supervisor's own files are not among it, and neither are the root and the link's parent:
    /// the worker publishes nothing.
    package func writable(_ layout: ReleaseLayout) -> [String] {
        [layout.gitDirectory, layout.staging, layout.releases] + (publishesDirectory ? [layout.linkPlace.path] : [])
    }
}
