/// Which names in a tree may become names of files.
///
/// The rules are git's, with `core.protectNTFS` and `core.protectHFS` on: a release may lie on, or be copied to, a
/// volume that takes several spellings for one name.
public enum PathSafety {
    /// Why a name or a path is refused.
    public enum Refusal: String, Error, Sendable, CustomStringConvertible {
        /// The name has no bytes.
        case empty = "empty name"
        /// The name holds a slash.
        case slash = "slash in a name"
        /// The name holds a zero byte.
        case zeroByte = "zero byte in a name"
        /// The name is `.` or `..`.
        case dots = "`.` or `..` as a name"
        /// The name is `.git` or what some file system takes for it.
        case dotGit = "a spelling of `.git`"
        /// A symbolic link is named `.gitmodules` or what some file system takes for it.
        case linkedModules = "a symbolic link as `.gitmodules`"

        /// The reason in words.
        public var description: String { rawValue }
    }

    /// Why an entry of a tree must not be written; nil when it may.
    public static func refusal(ofName name: Span<UInt8>, isSymlink: Bool = false) -> Refusal? {
        guard name.count > 0 else { return .empty }
        for index in name.indices {
            if name[index] == 0 { return .zeroByte }
            if name[index] == .slash { return .slash }
        }
        // Nearly every name ends here: only these can begin a dangerous one.
        guard mayBeDangerous(name) else { return nil }
        if name[0] == .dot, name.count == 1 || (name.count == 2 && name[1] == .dot) { return .dots }
        if isHFSSpelling(name, of: ".git") { return .dotGit }
        if isSymlink, isHFSSpelling(name, of: ".gitmodules") { return .linkedModules }
        // NTFS takes a backslash for a slash.
        var start = 0
        while start < name.count {
            if isNTFSDotGit(name, start) { return .dotGit }
            if isSymlink, isNTFSDotGitmodules(name, start) { return .linkedModules }
            while start < name.count, name[start] != .backslash { start += 1 }
            start += 1
        }
        return nil
    }

    /// Why a path of several components must not be written; nil when it may.
    public static func refusal(ofPath path: Span<UInt8>, isSymlink: Bool = false) -> Refusal? {
        var start = 0
        while true {
            let end = path.componentEnd(from: start)
            if let refusal = refusal(ofName: path.extracting(start..<end), isSymlink: isSymlink) { return refusal }
            if end == path.count { return nil }
            start = end + 1
        }
    }

    private static func mayBeDangerous(_ name: Span<UInt8>) -> Bool {
        let first = name[0].lowercased
        if first == .dot || first == UInt8(ascii: "g") || first == UInt8(ascii: "~") { return true }
        for index in name.indices where name[index] == .backslash || name[index] >= 0x80 { return true }
        return false
    }

    /// `.git` or `git~1`, then dots and spaces, then the end, a stream (`:`) or a backslash.
    private static func isNTFSDotGit(_ name: Span<UInt8>, _ start: Int) -> Bool {
        let length = [".git", "git~1"].first { hasIgnoringCase(name, $0, at: start) }?.utf8.count
        guard let length else { return false }
        return isNTFSEnd(name, start + length, backslashEnds: true)
    }

    /// `.gitmodules`, `gitmod~1` to `~4`, or the short names that NTFS falls back to, such as `gi7eba~1`.
    private static func isNTFSDotGitmodules(_ name: Span<UInt8>, _ start: Int) -> Bool {
        if hasIgnoringCase(name, ".gitmodules", at: start) { return isNTFSEnd(name, start + 11, backslashEnds: false) }
        if hasIgnoringCase(name, "gitmod~", at: start), start + 7 < name.count,
            name[start + 7] >= UInt8(ascii: "1"), name[start + 7] <= UInt8(ascii: "4")
        {
            return isNTFSEnd(name, start + 8, backslashEnds: false)
        }
        guard name.count >= start + 8 else { return false }
        let hashed = Array("gi7eba".utf8)
        var tilde: Int?
        for offset in 0..<8 {
            let byte = name[start + offset]
            if let tilde {
                let lowest = offset == tilde + 1 ? UInt8(ascii: "1") : UInt8(ascii: "0")
                guard byte >= lowest, byte <= UInt8(ascii: "9") else { return false }
            } else if byte == UInt8(ascii: "~") {
                tilde = offset
            } else {
                guard offset < 6, byte.lowercased == hashed[offset] else { return false }
            }
        }
        // A tilde as the eighth byte needs its digit behind it.
        guard tilde == 7 else { return isNTFSEnd(name, start + 8, backslashEnds: false) }
        return false
    }

    private static func isNTFSEnd(_ name: Span<UInt8>, _ start: Int, backslashEnds: Bool) -> Bool {
        var index = start
        while index < name.count {
            switch name[index] {
            case UInt8(ascii: ":"): return true
            case .backslash where backslashEnds: return true
            case .dot, .space: index += 1
            default: return false
            }
        }
        return true
    }

    private static func hasIgnoringCase(_ name: Span<UInt8>, _ text: String, at start: Int) -> Bool {
        var index = start
        for byte in text.utf8 {
            guard index < name.count, name[index].lowercased == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether the name is `text` once HFS+ has left out the characters that it does not see.
    private static func isHFSSpelling(_ name: Span<UInt8>, of text: String) -> Bool {
        var index = 0
        for byte in text.utf8 {
            index = skipIgnorable(name, index)
            guard index < name.count, name[index].lowercased == byte else { return false }
            index += 1
        }
        index = skipIgnorable(name, index)
        // What is not UTF-8 ends the name for git.
        return index == name.count || !isCharacter(name, index)
    }

    /// Whether a character of well-formed UTF-8, other than U+FFFE and U+FFFF, begins at `index`.
    private static func isCharacter(_ name: Span<UInt8>, _ index: Int) -> Bool {
        let first = name[index]
        if first < 0x80 { return true }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, name.count - index >= length else { return false }
        for offset in 1..<length where name[index + offset] & 0xC0 != 0x80 { return false }
        let second = name[index + 1]
        switch first {
        case 0xE0: return second >= 0xA0
        case 0xED: return second < 0xA0
        case 0xEF: return second != 0xBF || name[index + 2] < 0xBE
        case 0xF0: return second >= 0x90
        case 0xF4: return second < 0x90
        default: return true
        }
    }

    /// Skips zero-width and direction characters (U+200C–200F, 202A–202E, 206A–206F) and U+FEFF.
    private static func skipIgnorable(_ name: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index + 2 < name.count {
            switch (name[index], name[index + 1], name[index + 2]) {
            case (0xE2, 0x80, 0x8C...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xAA...0xAF), (0xEF, 0xBB, 0xBF):
                index += 3
            default: return index
            }
        }
        return index
    }
}
