internal import Posix
internal import TestSupport

/// What is tried with each server: the columns of the table.
enum Cell: String, CaseIterable {
    case shallow = "depth 1"
    case full = "full history"
    case incremental = "pushes"
    case forced = "force push"
    case recreated = "branch deleted, made again"
    case tagMoved = "tag moved"
    case annotated = "annotated tag"
    case hash = "hash that is no tip"
    case depth = "depth changed"
    case filter = "filter"
    case submodule = "submodule"
    case empty = "empty repository"
    case race = "push during fetch"
}

/// One configuration while its cells are tried.
final class Trial {
    private let configuration: Configuration
    private let site: Site
    private let server: Running
    private let program: String
    private var roots = 0
    private var sidecars: [Sidecar] = []
    /// How many releases were compared with what git checks out.
    private(set) var compared = 0

    init(_ configuration: Configuration, _ site: Site, _ server: Running, program: String) {
        self.configuration = configuration
        self.site = site
        self.server = server
        self.program = program
    }

    /// Tries a cell; what it throws says how it went.
    func run(_ cell: Cell) throws {
        defer {
            sidecars.forEach { $0.stop() }
            sidecars = []
        }
        switch cell {
        case .shallow: try shallow()
        case .full: try full()
        case .incremental: try incremental()
        case .forced: try forced()
        case .recreated: try recreated()
        case .tagMoved: try tagMoved()
        case .annotated: try annotated()
        case .hash: try hash()
        case .depth: try depthChanged()
        case .filter: try filter()
        case .submodule: try submodule()
        case .empty: try empty()
        case .race: try race()
        }
    }

    private func shallow() throws {
        let sidecar = sidecar()
        try sidecar.once(["--depth=1"])
        try check(sidecar, try tip(), depth: 1)
    }

    private func full() throws {
        let sidecar = sidecar()
        try sidecar.once(["--depth=0"])
        let tip = try tip()
        try check(sidecar, tip, depth: try site.depth(of: tip))
    }

    private func incremental() throws {
        let sidecar = sidecar()
        try start(sidecar, at: try tip())
        for number in 1...3 {
            let pushed = try site.push(["pushed.txt": .text("push \(number)\n"), "pages/\(number).txt": .deleted])
            try sidecar.wait(for: pushed)
            try check(sidecar, pushed)
        }
    }

    private func forced() throws {
        let sidecar = sidecar()
        let before = try site.fixture.resolve("refs/heads/main")
        try start(sidecar, at: before)
        let older = try site.fixture.resolve("main~4")
        try site.fixture.branch("rewritten", at: older)
        let rewritten = try site.fixture.commit(["rewritten.txt": "history\n"], to: "rewritten")
        try site.point("main", at: rewritten)
        try sidecar.wait(for: rewritten)
        try check(sidecar, rewritten)
        // Back again, to commits that the store may have.
        try site.point("main", at: before)
        try sidecar.wait(for: before)
        try check(sidecar, before)
    }

    private func recreated() throws {
        let sidecar = sidecar(ref: "feature")
        let before = try site.fixture.resolve("refs/heads/feature")
        try sidecar.once()
        try start(sidecar, at: before, ["--max-failures=-1"])
        try site.fixture.git("update-ref", "-d", "refs/heads/feature")
        try site.afterPush()
        try sidecar.wait(forWords: "couldn't find remote ref")
        guard sidecar.live == before else { throw Trouble("what was live is gone with the branch") }
        let made = try site.push(["feature.txt": "made again\n"], to: "feature")
        try sidecar.wait(for: made)
        try check(sidecar, made)
    }

    private func tagMoved() throws {
        let sidecar = sidecar(ref: "v1")
        try start(sidecar, at: try site.fixture.resolve("refs/tags/v1"))
        let moved = try site.fixture.tag("v1", at: "main~2")
        try site.afterPush()
        try sidecar.wait(for: moved)
        try check(sidecar, moved)
    }

    private func annotated() throws {
        let sidecar = sidecar(ref: "nested")
        try sidecar.once()
        try check(sidecar, try site.fixture.resolve("nested^{commit}"))
    }

    private func hash() throws {
        let commit = try site.fixture.resolve("main~7")
        let sidecar = sidecar(ref: commit)
        try sidecar.once()
        try check(sidecar, commit)
    }

    private func depthChanged() throws {
        let sidecar = sidecar()
        let tip = try tip()
        for depth in [1, 3, 0, 2] {
            try sidecar.once(["--depth=\(depth)"])
            // A store that has more than is asked for keeps it until it is compacted.
            try check(sidecar, tip, depth: depth == 2 ? nil : depth == 0 ? try site.depth(of: tip) : depth)
        }
    }

    private func filter() throws {
        let sidecar = sidecar()
        try sidecar.once(["--filter=blob:none"])
        try check(sidecar, try tip())
    }

    private func submodule() throws {
        let sidecar = sidecar(ref: "modules")
        try sidecar.once()
        try check(sidecar, try site.fixture.resolve("refs/heads/modules"))
    }

    private func empty() throws {
        let repository = try site.makeEmptyRepository("fresh")
        try site.afterPush()
        let sidecar = sidecar(repository: "fresh")
        do {
            try sidecar.once()
            throw Trouble("nothing in the repository, and no error")
        } catch let refusal as Refusal {
            // In version 2 only what was asked for is listed, and nothing else is known.
            let words = ["is empty", "no commit", "couldn't find remote ref"]
            guard words.contains(where: refusal.message.contains) else { throw refusal }
        }
        let first = try repository.commit(["first.txt": "first\n"])
        try site.afterPush()
        try sidecar.once()
        try check(sidecar, first, in: "fresh")
    }

    private func race() throws {
        let sidecar = sidecar()
        let before = try site.fixture.resolve("refs/heads/main")
        try sidecar.once()
        try start(sidecar, at: before, ["--max-failures=-1", "--period=10ms"])
        var last = before
        for number in 1...25 {
            // What was listed a moment ago is often not there any more when it is asked for.
            try site.fixture.branch("raced", at: before)
            last = try site.fixture.commit(["raced.txt": .text("\(number)\n")], to: "raced")
            try site.point("main", at: last)
        }
        try sidecar.wait(for: last)
        try check(sidecar, last)
    }

    private func tip() throws -> String { try site.fixture.resolve("refs/heads/main") }

    private func sidecar(repository: String = "site", ref: String? = nil) -> Sidecar {
        roots += 1
        let sidecar = Sidecar(
            program, root: "\(site.directory)/root-\(roots)", repository: server.url(repository),
            ref: ref ?? (repository == "site" ? configuration.ref : "main"), options: server.options)
        sidecars.append(sidecar)
        return sidecar
    }

    private func start(_ sidecar: Sidecar, at commit: String, _ options: [String] = []) throws {
        try sidecar.start(["--period=\(server.period)"] + options)
        try sidecar.wait(for: commit)
        try check(sidecar, commit)
    }

    /// Compares what is live with what git makes of the commit.
    private func check(
        _ sidecar: Sidecar, _ commit: String, depth: Int? = nil, in repository: String = "site"
    ) throws {
        guard sidecar.live == commit else { throw Trouble("\(sidecar.live ?? "nothing") is live, not \(commit)") }
        let comparison = try TreeComparison(try site.treeByGit(of: commit, in: repository), sidecar.release)
        if let difference = comparison.difference { throw Trouble(difference) }
        compared += 1
        guard let depth else { return }
        let count = try runProgram(["git", "-C", sidecar.root, "rev-list", "--count", commit]).succeeded().output
        if Int(count) != depth { throw Trouble("the store has \(count) commits of history, not \(depth)") }
    }
}
