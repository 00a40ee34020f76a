internal import Crypto
internal import GitFiles
internal import GitObjects
internal import GitStore
internal import Posix
internal import Releases

/// The packs of a store, as files.
struct PackFiles {
    let directory: String

    /// Throws when a pack is not as long as its index says that it is, or was overwritten at its end.
    ///
    /// Both files end in the same hash. A file that was cut short, as by a power failure, ends in another.
    func check() throws(GitError) {
        let damaged: String?
        do throws(SystemError) {
            damaged = try firstDamaged()
        } catch {
            throw GitError(error)
        }
        if let damaged { throw GitError(code: .damaged, operation: "read \(damaged)", message: "it is cut off") }
    }

    /// Whether every byte of packs and indexes is as it was written.
    ///
    /// It costs as much as reading them.
    func areWhole(_ deadline: Deadline) throws(ReleaseError) -> Bool {
        let names = try system { () throws(SystemError) -> [String]? in
            guard try firstDamaged() == nil else { return nil }
            return try FileDescriptor.openDirectory(directory).entries().map {
                String(decoding: $0.name, as: UTF8.self)
            }
        }
        guard let names else { return false }
        for name in names where name.hasSuffix(".pack") || name.hasSuffix(".idx") {
            guard try isWhole(directory + "/" + name, deadline) else { return false }
        }
        return true
    }

    /// Whether a file ends in the hash of all that is before it.
    private func isWhole(_ path: String, _ deadline: Deadline) throws(ReleaseError) -> Bool {
        var hash = SHA1Stream()
        do throws(SystemError) {
            let file = try Files.openRegular(path)
            let size = try file.status().size
            guard size > 20, let end = try end(of: path, 20) else { return false }
            var (position, block) = (UInt64(0), [UInt8](repeating: 0, count: 1 << 20))
            while position < size - 20 {
                try deadline.check("check \(path)")
                let count = min(try file.read(into: &block, at: position), Int(clamping: size - 20 - position))
                if count <= 0 { return false }
                hash.update(block.span.extracting(first: count))
                position += UInt64(count)
            }
            return hash.finish() == end
        } catch  where error.isInputOutput || error.isWrongKind {
            // What cannot be read is not whole.
            return false
        } catch {
            throw .system(error)
        }
    }

    private func firstDamaged() throws(SystemError) -> String? {
        guard try Files.statusIfPresent(directory, followingLinks: true)?.kind == .directory else { return directory }
        for entry in try FileDescriptor.openDirectory(directory).entries()
        where entry.name.suffix(4).elementsEqual(".idx".utf8) {
            let name = directory + "/" + String(decoding: entry.name.dropLast(4), as: UTF8.self)
            guard let announced = try end(of: name + ".idx", 40)?.prefix(20),
                let actual = try end(of: name + ".pack", 20), actual.elementsEqual(announced)
            else { return name + ".pack" }
        }
        return nil
    }

    private func end(of path: String, _ count: Int) throws(SystemError) -> [UInt8]? {
        let file: FileDescriptor
        do throws(SystemError) {
            file = try Files.openRegular(path)
        } catch  where error.isNotFound || error.isWrongKind {
            return nil
        }
        let size = try file.status().size
        guard size > UInt64(count) else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        return try file.read(into: &bytes, at: size - UInt64(count)) == count ? bytes : nil
    }
}
