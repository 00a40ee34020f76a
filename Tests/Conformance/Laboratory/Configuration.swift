internal import Posix
internal import TestSupport

/// A way to serve git repositories: a row of the table.
struct Configuration: Sendable {
    let name: String
    let family: Family
    /// Whether the quick run has it.
    var isQuick = false
    /// What the cells follow that need no name of their own.
    var ref = "main"
    /// Cells that this server cannot serve, and what the message must say then.
    var refusals: [Cell: String] = [:]
    /// The object format of its repositories.
    var objectFormat = "sha1"
    let start: @Sendable (Site) throws -> Running

    /// The parts of the table.
    enum Family: String, CaseIterable {
        case git = "Git over HTTP, in all its moods"
        case others = "Servers that are not git"
        case fronts = "Web servers and load balancers in front of git"
        case access = "Redirects, credentials and proxies"
        case ssh = "SSH"
        case files = "Paths on this machine"
    }

    /// A row that asks for nothing special.
    init(
        _ family: Family, _ name: String, isQuick: Bool = false, ref: String = "main",
        refusals: [Cell: String] = [:], start: @escaping @Sendable (Site) throws -> Running
    ) {
        self.name = name
        self.family = family
        self.isQuick = isQuick
        self.ref = ref
        self.refusals = refusals
        self.start = start
    }

    /// All of them, in the order of the table.
    static let all: [Configuration] =
        gitConfigurations + otherConfigurations + frontConfigurations + accessConfigurations + sshConfigurations
        + fileConfigurations
}

/// A server that runs, and how the program is told to reach it.
final class Running {
    /// The URL of `site`, `module` or another repository.
    let url: (String) -> String
    /// The flags that it takes to get there.
    let options: [String]
    /// How long the program waits between two polls.
    let period: String
    private let log: () -> String
    private let end: () -> Void

    init(
        options: [String] = [], period: String = "50ms", log: @escaping () -> String = { "" },
        end: @escaping () -> Void = {}, url: @escaping (String) -> String
    ) {
        self.url = url
        self.options = options
        self.period = period
        self.log = log
        self.end = end
    }

    /// What the server said last.
    var lastWords: String {
        log().split(separator: "\n").suffix(4).joined(separator: " | ")
    }

    func stop() { end() }

    deinit { end() }
}
