/// Which submodule names, paths and URLs of a `.gitmodules` file may be used.
public enum SubmoduleSafety {
    /// Why a name, a path or a URL is refused.
    public enum Refusal: String, Error, Sendable, CustomStringConvertible {
        /// There is nothing.
        case empty = "empty"
        /// It could be taken for an option of a command.
        case looksLikeOption = "begins with `-`"
        /// It leads out of where it belongs.
        case escapes = "leads outside through `..`"
        /// It begins at the root of the file system.
        case absolute = "absolute path"
        /// It holds a control character.
        case controlCharacter = "control character"
        /// A component of it must not be written.
        case forbiddenComponent = "a component such as `.git`"
        /// It asks for a program to be run, or for a kind of transport that is not known.
        case transport = "transport not allowed"

        /// The reason in words.
        public var description: String { rawValue }
    }

    /// Why a submodule's name, which becomes a directory name in the object store, is refused; nil when it may be used.
    public static func refusal(ofName name: Span<UInt8>) -> Refusal? {
        guard name.count > 0 else { return .empty }
        if name[0] == UInt8(ascii: "-") { return .looksLikeOption }
        if name[0] == .slash { return .absolute }
        if hasControlCharacter(name) { return .controlCharacter }
        return hasParentComponent(name) ? .escapes : nil
    }

    /// Why a submodule's path in the tree is refused; nil when it may be used.
    public static func refusal(ofPath path: Span<UInt8>) -> Refusal? {
        guard path.count > 0 else { return .empty }
        if path[0] == UInt8(ascii: "-") { return .looksLikeOption }
        if path[0] == .slash { return .absolute }
        if hasParentComponent(path) { return .escapes }
        return PathSafety.refusal(ofPath: path) == nil ? nil : .forbiddenComponent
    }

    /// Why a submodule's URL is refused; nil when it may be used.
    ///
    /// Allowed are `http`, `https`, `ssh` and its spellings, `host:path`, and URLs relative to the parent's
    /// (`./`, `../`); with `allowsLocal` also `file` and paths, which is right only where the parent came from this
    /// machine too.
    public static func refusal(ofURL url: Span<UInt8>, allowsLocal: Bool = false) -> Refusal? {
        guard url.count > 0 else { return .empty }
        if url[0] == UInt8(ascii: "-") { return .looksLikeOption }
        if hasControlCharacter(url) { return .controlCharacter }
        if isRelative(url) { return nil }
        if let scheme = scheme(of: url) {
            let isKnown =
                ["http", "https", "ssh", "git+ssh", "ssh+git"].contains(scheme) || (allowsLocal && scheme == "file")
            guard isKnown else { return .transport }
            let end = scheme.utf8.count + 3
            // A host that begins with `-` is an option for the ssh client.
            let userEnd = userInfoEnd(url, from: end)
            let looksLikeOption =
                end < url.count
                && (url[end] == UInt8(ascii: "-") || (userEnd < url.count && url[userEnd] == UInt8(ascii: "-")))
            return looksLikeOption ? .looksLikeOption : nil
        }
        var index = 0
        while index < url.count, url[index] != UInt8(ascii: ":"), url[index] != .slash { index += 1 }
        guard index < url.count, url[index] == UInt8(ascii: ":") else { return allowsLocal ? nil : .absolute }
        // `helper::address` runs a program named git-remote-helper.
        if index + 1 < url.count, url[index + 1] == UInt8(ascii: ":") { return .transport }
        let userEnd = userInfoEnd(url, from: 0)
        if userEnd < url.count, url[userEnd] == UInt8(ascii: "-") { return .looksLikeOption }
        // A path that begins with `-` is an option for the program on the other side.
        if index + 1 < url.count, url[index + 1] == UInt8(ascii: "-") { return .looksLikeOption }
        return nil
    }

    /// Whether the URL is relative to that of the repository that holds the submodule.
    public static func isRelative(_ url: Span<UInt8>) -> Bool {
        url.has(Array("./".utf8), at: 0) || url.has(Array("../".utf8), at: 0)
    }

    /// The scheme in small letters; nil when there is none.
    private static func scheme(of url: Span<UInt8>) -> String? {
        var index = 0
        while index < url.count, url[index] != UInt8(ascii: ":"), url[index] != .slash { index += 1 }
        guard index > 0, url.has(Array("://".utf8), at: index) else { return nil }
        return String(decoding: url.extracting(first: index).array.map(\.lowercased), as: UTF8.self)
    }

    private static func userInfoEnd(_ url: Span<UInt8>, from start: Int) -> Int {
        let end = url.componentEnd(from: start)
        var index = end
        while index > start, url[index - 1] != UInt8(ascii: "@") { index -= 1 }
        return index
    }

    private static func hasControlCharacter(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < 32 || text[index] == 127 { return true }
        return false
    }

    /// Whether a component between slashes or backslashes is `..`.
    private static func hasParentComponent(_ text: Span<UInt8>) -> Bool {
        var start = 0
        while start <= text.count {
            var end = start
            while end < text.count, text[end] != .slash, text[end] != .backslash { end += 1 }
            if end - start == 2, text[start] == .dot, text[start + 1] == .dot { return true }
            start = end + 1
        }
        return false
    }
}
