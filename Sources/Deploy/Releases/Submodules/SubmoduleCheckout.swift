public import GitObjects
public import Layout
internal import Posix

/// A submodule that a release holds checked out.
public struct SubmoduleCheckout: Sendable, Hashable {
    /// Where it is in the release, from the very top also for a submodule of a submodule.
    public let path: [UInt8]
    /// The commit that is checked out.
    public let commit: ObjectID
    /// Where its objects are, relative to the root's `.git`, and where its record is, relative to the release's.
    ///
    /// It is `modules/<name>`, and below that again for a submodule of a submodule, as in git; what could not be the
    /// name of one directory is escaped with `%`.
    public let location: String

    /// Says what is checked out where.
    public init(path: [UInt8], commit: ObjectID, location: String) {
        self.path = path
        self.commit = commit
        self.location = location
    }

    /// The path for people.
    public var pathText: String { String(decoding: path, as: UTF8.self) }

    /// The location of a submodule with this name inside another; nil for one of the release itself.
    package static func location(of name: [UInt8], inside parent: String?) -> String {
        var text = ""
        for byte in name {
            let character = Character(Unicode.Scalar(byte))
            // A name that begins with a dot could be `.` or `..`; all that follows is harmless.
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
            if isPlain || (character == "." && !text.isEmpty) {
                text.append(character)
            } else {
                let digits = String(byte, radix: 16)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return (parent.map { $0 + "/" } ?? "") + "modules/" + text
    }
}

extension ReleaseLayout {
    /// The object store of a submodule.
    public func moduleStore(_ location: String) -> String { moduleStorePlace(location).path }

    /// The locations of all object stores of submodules, one that others lie inside of before them.
    package func moduleLocations(inside directory: String = "modules") throws(ReleaseError) -> [String] {
        let names = try system { () throws(SystemError) -> [String] in
            try moduleStorePlace(directory).entriesIfPresent().filter { $0.kind == .directory }
                .map { String(decoding: $0.name, as: UTF8.self) }.sorted()
        }
        var found: [String] = []
        for name in names {
            let location = "\(directory)/\(name)"
            found.append(location)
            found += try moduleLocations(inside: location + "/modules")
        }
        return found
    }
}
