internal import Posix
internal import TestSupport

/// git's own server behind nginx, with the settings that servers have in the wild.
let gitConfigurations: [Configuration] = [
    git("git, protocol version 2", isQuick: true) { _ in },
    git("git, version 1", isQuick: true) { $0.fastcgiParameters["HTTP_GIT_PROTOCOL"] = "version=1" },
    git("git, version 0", isQuick: true) { $0.passesGitProtocol = false },
    git("git, version 0, `uploadpack.allowTipSHA1InWant`") {
        $0.passesGitProtocol = false
        $0.gitConfiguration = "[uploadpack]\nallowTipSHA1InWant = true"
    },
    git("git, version 0, `uploadpack.allowReachableSHA1InWant`") {
        $0.passesGitProtocol = false
        $0.gitConfiguration = "[uploadpack]\nallowReachableSHA1InWant = true"
    },
    git("git, version 0, `uploadpack.allowAnySHA1InWant`") {
        $0.passesGitProtocol = false
        $0.allowsAnySHA1 = true
    },
    git("git without `uploadpack.allowFilter`") { $0.allowsFilter = false },
    git("git, version 0, without `uploadpack.allowFilter`") {
        $0.passesGitProtocol = false
        $0.allowsFilter = false
    },
    git("git, `uploadpackfilter.allow=false`: filters refused", refusals: [.filter: "leave --filter out"]) {
        $0.gitConfiguration = "[uploadpackfilter]\nallow = false"
    },
    git("git, `transfer.advertiseSID`, `object-info`, `uploadpack.allowRefInWant`") {
        $0.gitConfiguration =
            "[transfer]\nadvertiseSID = true\nadvertiseObjectInfo = true\n[uploadpack]\nallowRefInWant = true"
    },
    git("git, `lsrefs.unborn=ignore`") { $0.gitConfiguration = "[lsrefs]\nunborn = ignore" },
    git("git, `uploadpack.blobPackfileUri`: packs elsewhere, never asked for", prepare: offerPackElsewhere) { _ in },
    git("git, `transfer.hideRefs`: commits that a hidden reference leads to") {
        $0.gitConfiguration = "[transfer]\nhideRefs = refs/heads/raced\nhideRefs = refs/pull"
    },
    git("git, namespaces", repositories: namespaces) { $0.fastcgiParameters["GIT_NAMESPACE"] = "tenant" },
    git("git, packs without deltas by offset (`repack.useDeltaBaseOffset=false`)", prepare: packWithoutOffsets) { _ in
    },
    git("git, bitmaps, commit graph and multi-pack index", prepare: prepareForSpeed) { _ in },
    git("git, alternates: objects in another repository", prepare: moveObjectsToAlternate) { _ in },
    git("git, a shallow repository", repositories: shallowCopy) { _ in },
    git("git, a partial repository (`blob:none`)", refusals: partialRefusals, repositories: partialCopy) { _ in },
    git(
        "git, a SHA-256 repository", objectFormat: "sha256",
        refusals: Dictionary(uniqueKeysWithValues: Cell.allCases.map { ($0, "sha256") })
    ) { _ in },
    git(
        "git, a SHA-256 repository, version 0", objectFormat: "sha256",
        refusals: Dictionary(uniqueKeysWithValues: Cell.allCases.map { ($0, "sha256") })
    ) { $0.passesGitProtocol = false },
    git("git, HEAD is followed", isQuick: true, ref: "HEAD") { _ in },
    git("git, version 0, HEAD is followed", ref: "HEAD") { $0.passesGitProtocol = false },
    git("git, HEAD detached", ref: "HEAD", prepare: detachHead) { _ in },
    git("git, version 0, HEAD detached", ref: "HEAD", prepare: detachHead) { $0.passesGitProtocol = false },
    git("git, HEAD at a branch that does not exist", ref: "HEAD", refusals: unbornRefusals, prepare: unbornHead) { _ in
    },
    git(
        "git, version 0, HEAD at a branch that does not exist", ref: "HEAD", refusals: unbornRefusals,
        prepare: unbornHead
    ) { $0.passesGitProtocol = false },
    git("git, a chain of symbolic references", ref: "stable", prepare: chainSymbolicReferences) { _ in },
    git("git, version 0, a chain of symbolic references", ref: "stable", prepare: chainSymbolicReferences) {
        $0.passesGitProtocol = false
    },
    git("git, a million references", prepare: { try $0.fixture.manyRefs(1_000_000) }) { _ in },
    git("git, version 0, 50,000 references", prepare: { try $0.fixture.manyRefs(50_000) }) {
        $0.passesGitProtocol = false
    },
    git("git, a reference's name at the limit", ref: longName, prepare: nameAtTheLimit) { _ in },
    git("git, version 0, a reference's name at the limit", ref: longName, prepare: nameAtTheLimit) {
        $0.passesGitProtocol = false
    },
    git("git, answers compressed (gzip)") { $0.compresses = true },
    git("git, TLS and HTTP/2", isQuick: true, options: { _ in try trust() }) {
        $0.certificate = try TestCertificates.server()
        $0.http2 = true
    },
    git("git, TLS 1.2 only", options: { _ in try trust() }) {
        $0.certificate = try TestCertificates.server()
        $0.tlsVersions = "TLSv1.2"
    },
    git("git, TLS 1.3 only, client certificate", options: { _ in try clientCertificate() }) {
        $0.certificate = try TestCertificates.server()
        $0.tlsVersions = "TLSv1.3"
        $0.requiresClientCertificate = true
    },
    git("git, each connection cut after its answer") { $0.keepAliveSeconds = 0 },
    git("git, `http.uploadpack=false`", refusals: notServedRefusals) {
        $0.gitConfiguration = "[http]\nuploadpack = false"
    },
]

/// What the program needs to trust the laboratory's servers.
func trust() throws -> [String] {
    ["--tls-ca-file=\(try TestCertificates.authority().certificatePath)"]
}

private func clientCertificate() throws -> [String] {
    let certificate = try TestCertificates.client()
    return try trust() + ["--tls-cert-file=\(certificate.certificatePath)", "--tls-key-file=\(certificate.keyPath)"]
}

/// A server with some settings; `repositories` makes what is served where that is not what is pushed to.
private func git(
    _ name: String, isQuick: Bool = false, ref: String = "main", objectFormat: String = "sha1",
    refusals: [Cell: String] = [:],
    repositories: @escaping @Sendable (Site) throws -> String = { $0.served },
    options: @escaping @Sendable (GitHTTPServer) throws -> [String] = { _ in [] },
    prepare: @escaping @Sendable (Site) throws -> Void = { _ in },
    _ change: @escaping @Sendable (inout GitHTTPServer.Options) throws -> Void
) -> Configuration {
    var configuration = Configuration(.git, name, isQuick: isQuick, ref: ref, refusals: refusals) { site in
        try prepare(site)
        let server = try GitHTTPServer(serving: try repositories(site), .init(change))
        return Running(
            options: try options(server), log: { server.errorLog }, end: { server.stop() },
            url: { server.url($0 + ".git") })
    }
    configuration.objectFormat = objectFormat
    return configuration
}

private let repositoryNames = ["site", "module", "empty", "fresh"]

private let unbornRefusals: [Cell: String] = Dictionary(
    uniqueKeysWithValues: [Cell.shallow, .full, .incremental, .forced, .depth, .filter, .race].map { ($0, "HEAD") })

private let partialRefusals: [Cell: String] = Dictionary(
    uniqueKeysWithValues: Cell.allCases.filter { $0 != .empty }.map { ($0, $0 == .filter ? "log" : "partial clone") })

private let notServedRefusals: [Cell: String] = Dictionary(
    uniqueKeysWithValues: Cell.allCases.map { ($0, "refuses access (403)") })

private func offerPackElsewhere(_ site: Site) throws {
    let blob = try site.fixture.resolve("main:data.bin")
    let name = String(repeating: "1", count: 40)
    try site.fixture.configure("uploadpack.blobPackfileUri", "\(blob) \(name) https://127.0.0.1:1/pack-\(name).pack")
}

private func packWithoutOffsets(_ site: Site) throws {
    try site.fixture.configure("repack.useDeltaBaseOffset", "false")
    try site.fixture.git("repack", "-adfq", "--window=10")
}

private func prepareForSpeed(_ site: Site) throws {
    try site.fixture.git("repack", "-adbq")
    try site.fixture.git("commit-graph", "write", "--reachable")
    try site.fixture.git("multi-pack-index", "write", "--bitmap")
}

private func moveObjectsToAlternate(_ site: Site) throws {
    let objects = site.fixture.path + "/objects"
    let alternate = site.directory + "/alternate"
    try Files.rename(objects, to: alternate)
    for directory in [objects, objects + "/info", objects + "/pack"] { try TestFiles.makeDirectory(directory) }
    try TestFiles.write(alternate + "\n", to: objects + "/info/alternates")
}

private func detachHead(_ site: Site) throws {
    let (fixture, module) = (site.fixture, site.module)
    site.afterPush = {
        for (repository, path) in [(fixture, fixture.path), (module, module.path)] where TestFiles.exists(path) {
            if let tip = try repository.tip(of: "main") {
                try TestFiles.write(tip + "\n", to: path + "/HEAD.new")
                try Files.rename(path + "/HEAD.new", to: path + "/HEAD")
            }
        }
    }
    try site.afterPush()
}

private func unbornHead(_ site: Site) throws {
    try site.fixture.git("symbolic-ref", "HEAD", "refs/heads/not-there")
}

private func chainSymbolicReferences(_ site: Site) throws {
    try site.fixture.git("symbolic-ref", "refs/heads/middle", "refs/heads/main")
    try site.fixture.git("symbolic-ref", "refs/heads/stable", "refs/heads/middle")
}

/// As long as a file's name may be in each of its parts, and as git's own lock file beside it lets it be.
private let longName = String(repeating: String(repeating: "n", count: 240) + "/", count: 12) + "ende-ünïcode"

private func nameAtTheLimit(_ site: Site) throws {
    try site.fixture.git("symbolic-ref", "refs/heads/\(longName)", "refs/heads/main")
}

/// Serves a copy whose references all stand in a namespace.
private func namespaces(_ site: Site) throws -> String {
    for name in repositoryNames where name != "fresh" {
        try runProgram([
            "git", "-C", "\(site.origin)/\(name).git", "symbolic-ref", "refs/namespaces/tenant/HEAD",
            "refs/namespaces/tenant/refs/heads/main",
        ]).succeeded()
    }
    let origin = site.origin
    site.afterPush = {
        let mirror = #"""
            for repository in "$1"/*.git; do
                cd "$repository" || exit 1
                git fetch --quiet --prune --no-tags . '+refs/heads/*:refs/namespaces/tenant/refs/heads/*' \
                    '+refs/tags/*:refs/namespaces/tenant/refs/tags/*' || exit 1
            done
            """#
        try runProgram(["sh", "-c", mirror, "sh", origin]).succeeded()
    }
    try site.afterPush()
    return site.served
}

/// Serves clones that are kept up to date with what is pushed.
private func copies(_ site: Site, cloneOptions: [String], fetchOptions: [String]) throws -> String {
    let (origin, copies) = (site.origin, site.directory + "/copies")
    try TestFiles.makeDirectory(copies)
    site.afterPush = {
        for name in repositoryNames where TestFiles.exists("\(origin)/\(name).git") {
            let copy = "\(copies)/\(name).git"
            if !TestFiles.exists(copy) {
                try runProgram(
                    ["git", "clone", "--quiet", "--mirror", "--no-local"] + cloneOptions
                        + ["file://\(origin)/\(name).git", copy]
                ).succeeded()
            }
            try runProgram(
                ["git", "-C", copy, "fetch", "--quiet", "--prune", "--force"] + fetchOptions
                    + ["origin", "+refs/*:refs/*"]
            ).succeeded()
        }
    }
    try site.fixture.configure("uploadpack.allowFilter", "true")
    try site.module.configure("uploadpack.allowFilter", "true")
    try site.afterPush()
    return copies
}

private func shallowCopy(_ site: Site) throws -> String {
    site.servedRepository = site.directory + "/copies/site.git"
    return try copies(site, cloneOptions: ["--depth=6", "--no-single-branch"], fetchOptions: [])
}

private func partialCopy(_ site: Site) throws -> String {
    try copies(site, cloneOptions: ["--filter=blob:none"], fetchOptions: [])
}
