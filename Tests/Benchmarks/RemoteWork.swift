internal import GitProtocol
internal import GitStore
internal import HTTPClient
internal import Posix
internal import Remote
internal import Staging
internal import Telemetry

/// Our side of the remote benchmark: asks or fetches, and reports what that cost this process.
struct RemoteWork {
    /// Polls before the measurement, after which memory must not grow.
    static let warmUp = 200

    private let remote: RemoteRepository
    private let storePath: String

    init(url: String, store: String, key: String) throws {
        try GitLibrary.start()
        HTTPLibrary.start()
        let settings = RemoteSettings(
            credentials: CredentialRules([]), http: HTTPConfiguration(userAgent: "git-sidecar/benchmark"),
            ssh: SSHSettings(keyFiles: [key], hostKeys: .unchecked, environment: .current(removing: [])),
            logger: .silent)
        remote = try RemoteRepository(RemoteURL(parsing: url), settings)
        storePath = store
    }

    /// Fetches once, polls to warm up, then polls `times` times.
    func polls(_ times: Int) throws {
        let store = try ObjectStore.open(storePath)
        try attempt(store)
        for _ in 1...(times < RemoteWork.warmUp ? 3 : RemoteWork.warmUp) { try attempt(store) }
        let before = try ProcessFigures.current()
        let start = ContinuousClock.now
        for _ in 1...times { try attempt(store) }
        let time = (ContinuousClock.now - start).inSeconds * 1000 / Double(times)
        let after = try ProcessFigures.current()
        let processor = (after.processorSeconds - before.processorSeconds) * 1000 / Double(times)
        let grown = Int(after.residentBytes) - Int(before.residentBytes)
        print(
            "\(hundredths(processor)) | \(hundredths(time)) | \(grown / 1024) kB, now \(after.residentBytes >> 10) kB")
    }

    /// Fetches what is there into an empty store.
    func fetch() throws {
        let store = try ObjectStore.open(storePath)
        let before = try ProcessFigures.current()
        let start = ContinuousClock.now
        try attempt(store)
        let time = (ContinuousClock.now - start).inSeconds
        let after = try ProcessFigures.current()
        print(
            "\(hundredths(time)) s; \(hundredths(after.processorSeconds - before.processorSeconds)) s;",
            "\(hundredths(try peakMegabytes())) MB")
    }

    private func attempt(_ store: ObjectStore) throws {
        defer { remote.close() }
        let deadline = Deadline.after(.seconds(300))
        let found = try remote.resolve(RefQuery("main"), deadline)
        _ = try remote.fetch(found, FetchScope(depth: 1), into: try LocalJobs.destination(over: store), deadline)
    }

    private func peakMegabytes() throws -> Double {
        let status = String(decoding: try Files.read("/proc/self/status", limit: 65536), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Double(
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
    }
}
