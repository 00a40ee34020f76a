internal import Posix

/// A directory that is held open: whatever becomes of its name meanwhile leads nobody elsewhere.
final class HeldDirectory: Sendable {
    /// The open directory; it stays open as long as somebody uses it.
    final class Handle: Sendable {
        let descriptor: FileDescriptor

        init(_ descriptor: consuming FileDescriptor) {
            self.descriptor = descriptor
        }
    }

    /// Where it is, absolute and without symbolic links.
    let path: String
    /// Hears of each symbolic link that was removed from the place of a directory of ours, and what it was.
    let onMend: @Sendable (_ path: String, _ found: String) -> Void
    private let handle = Locked<Handle?>(nil)

    /// A directory by its path without symbolic links; it need not be there before it is used.
    init(_ path: String, onMend: @escaping @Sendable (String, String) -> Void = { _, _ in }) {
        self.path = path
        self.onMend = onMend
    }

    /// The directory, open; one that was removed since is looked for at its path, and made there when that is wanted.
    func open(making: Bool = false) throws(SystemError) -> Handle {
        if let known = handle.withLock({ $0 }), try known.descriptor.status().linkCount > 0 { return known }
        if making { try Files.makeDirectories(path) }
        let descriptor: FileDescriptor
        do throws(SystemError) {
            let top = try FileDescriptor.open("/", .name, .directory)
            descriptor =
                path == "/" ? try .openDirectory("/") : try top.openDirectory(beneath: String(path.dropFirst()))
        } catch {
            throw SystemError(code: error.code, operation: "open the directory \(path)", reason: error.reason)
        }
        let fresh = Handle(descriptor)
        handle.withLock { $0 = fresh }
        return fresh
    }
}
