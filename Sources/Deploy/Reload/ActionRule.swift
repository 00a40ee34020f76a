internal import Patterns

/// Which changed paths need which action.
public struct ActionRule: Sendable, Equatable {
    /// What the paths look like; one match is enough.
    public let patterns: [ChangePattern]
    /// What a match asks for.
    public let action: Action

    /// A rule of patterns as `ChangePattern` takes them.
    public init(_ patterns: [String], _ action: Action) {
        self.patterns = patterns.map { ChangePattern($0) }
        self.action = action
    }

    /// The actions that changes ask for, each once: those of rules in the order of the rules, then the default ones.
    ///
    /// A path takes the actions of all rules that it matches. The default actions are for paths that match no rule, and
    /// for a new commit that changes no path at all: the application still has to move to its directory.
    public static func actions(
        for paths: [[UInt8]], rules: [ActionRule], defaults: [Action]
    ) -> [Action] {
        var wanted = [Bool](repeating: false, count: rules.count)
        var needsDefault = paths.isEmpty
        for path in paths {
            var matched = false
            for (index, rule) in rules.enumerated() where rule.patterns.contains(where: { $0.matches(path.span) }) {
                wanted[index] = true
                matched = true
            }
            needsDefault = needsDefault || !matched
        }
        var actions: [Action] = []
        for (index, rule) in rules.enumerated() where wanted[index] && !actions.contains(rule.action) {
            actions.append(rule.action)
        }
        if needsDefault { for action in defaults where !actions.contains(action) { actions.append(action) } }
        return actions.filter { $0 != .none }
    }
}

/// A pattern over the paths of a repository, with the meaning that it would have as a line of `.gitignore`.
///
/// Without a slash it speaks of a name at any depth: `*.conf` matches `a.conf` and `site/b.conf`. With a slash, at the
/// beginning or in the middle, it speaks of the whole path: `/a.conf`, `site/*.conf`; `*` stops at slashes, `**/` stands for any
/// directories. What matches a directory matches all that lies in it; a slash at the end asks for a directory.
public struct ChangePattern: Sendable, Equatable {
    private let pattern: Wildmatch
    private let isName: Bool
    private let wantsDirectory: Bool

    /// Compiles a pattern.
    public init(_ text: String) {
        wantsDirectory = text.hasSuffix("/") && text != "/"
        var body = wantsDirectory ? text.dropLast() : text[...]
        isName = !body.contains("/")
        if body.hasPrefix("/") { body = body.dropFirst() }
        pattern = Wildmatch(String(body))
    }

    /// Whether the path, or a directory that it lies in, matches.
    public func matches(_ path: Span<UInt8>) -> Bool {
        var nameStart = 0
        for index in 0...path.count {
            guard index == path.count || path[index] == UInt8(ascii: "/") else { continue }
            let isDirectory = index < path.count
            if isDirectory || !wantsDirectory,
                pattern.matches(path.extracting((isName ? nameStart : 0)..<index))
            {
                return true
            }
            nameStart = index + 1
        }
        return false
    }
}
