internal import Glibc
internal import Posix
internal import Synchronization
public import Testing

/// The directory that belongs to the test that is running, given by the `.scratch` trait.
public enum Scratch {
    @TaskLocal static var current: String?

    /// The directory of the running test.
    public static var directory: String {
        guard let current else {
            preconditionFailure("Scratch.directory is only there in tests with the trait .scratch")
        }
        return current
    }

    /// Where the directories are made.
    public enum Place: Sendable {
        /// The disk, in `TMPDIR` or `/tmp`.
        case disk
        /// Memory, in `/dev/shm`.
        case memory

        var path: String {
            switch self {
            case .memory: "/dev/shm"
            case .disk: unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
            }
        }
    }
}

/// Gives each test a directory of its own, which goes when the test passes and is kept and named when it fails.
public struct ScratchTrait: TestTrait, SuiteTrait, TestScoping {
    let place: Scratch.Place

    /// A suite gives it to each of its tests.
    public var isRecursive: Bool { true }

    /// Runs a test with a new directory.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let directory = try TestFiles.makeTemporaryDirectory("\(place.path)/git-sidecar-test")
        let failed = Atomic(false)
        let watch = IssueHandlingTrait.compactMapIssues { issue in
            failed.store(true, ordering: .relaxed)
            return issue
        }
        defer {
            if failed.load(ordering: .relaxed) {
                print("\(test.name) failed; its files are kept in \(directory)")
            } else {
                // What cannot be removed is no failure of the test.
                try? TestFiles.remove(directory)
            }
        }
        try await Scratch.$current.withValue(directory) {
            do {
                try await watch.provideScope(for: test, testCase: testCase, performing: function)
            } catch {
                failed.store(true, ordering: .relaxed)
                throw error
            }
        }
    }
}

extension Trait where Self == ScratchTrait {
    /// Gives each test a directory of its own on disk, as `Scratch.directory`.
    public static var scratch: Self { ScratchTrait(place: .disk) }

    /// Gives each test a directory of its own, as `Scratch.directory`.
    public static func scratch(_ place: Scratch.Place) -> Self { ScratchTrait(place: place) }
}
