import Synchronization
import TestSupport
import Testing

/// Gives each test a directory and a thread of its own, and shows what its sidecars logged when it fails.
struct EndToEndTrait: TestTrait, SuiteTrait, TestScoping {
    private let scratch = ScratchTrait.scratch(.memory)
    private static let thread = OwnThread()
    /// Enough that waiting costs nothing, few enough that what must be quick is not kept waiting.
    private static let gate = Gate(6)

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await EndToEndTrait.gate.enter()
        do {
            try await run(test, testCase, function)
            await EndToEndTrait.gate.leave()
        } catch {
            await EndToEndTrait.gate.leave()
            throw error
        }
    }

    private func run(
        _ test: Test, _ testCase: Test.Case?, _ function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await scratch.provideScope(for: test, testCase: testCase) {
            let failed = Atomic(false)
            let watch = IssueHandlingTrait.compactMapIssues { issue in
                failed.store(true, ordering: .relaxed)
                return issue
            }
            defer { if failed.load(ordering: .relaxed) { showLogs(of: test.name) } }
            do {
                try await watch.provideScope(for: test, testCase: testCase) {
                    try await withTaskExecutorPreference(EndToEndTrait.thread) { try await function() }
                }
            } catch {
                failed.store(true, ordering: .relaxed)
                throw error
            }
        }
    }

    private func showLogs(of test: String) {
        for name in (try? TestFiles.list(Scratch.directory)) ?? [] where name.hasSuffix(".log") {
            let text = (try? TestFiles.text("\(Scratch.directory)/\(name)")) ?? ""
            let shown = text.utf8.count > 6000 ? "…" + text.suffix(6000) : text
            print("\(test), \(name):\n\(shown)")
            Attachment.record(Array(text.utf8), named: name)
        }
    }
}

extension Trait where Self == EndToEndTrait {
    /// Gives each test a directory of its own, and shows what its sidecars logged when it fails.
    static var endToEnd: Self { EndToEndTrait() }
}
