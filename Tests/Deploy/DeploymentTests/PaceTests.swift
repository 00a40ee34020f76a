import Testing

@testable import Deployment

@Suite("Pace")
struct PaceTests {
    private func pace(jitter: Double = 0) -> Pace {
        Pace(period: .seconds(10), initialPeriod: .seconds(1), jitter: jitter, maximumBackoff: .seconds(300))
    }

    @Test("the initial period holds until the first success, the period afterwards")
    func periods() {
        var pace = pace()
        #expect(pace.pause(chance: 0.5) == .seconds(1))
        pace.succeeded()
        #expect(pace.pause(chance: 0.5) == .seconds(10))
    }

    @Test(
        "back-off begins at the fourth failure in a row and is capped",
        arguments: [(1, 10), (3, 10), (4, 20), (5, 40), (8, 300), (1_000_000, 300)])
    func backoff(failures: Int, seconds: Int) {
        var pace = pace()
        pace.succeeded()
        for _ in 0..<failures { pace.failed(retryAfter: nil) }
        #expect(pace.pause(chance: 0.5) == .seconds(seconds))
        pace.succeeded()
        #expect(pace.pause(chance: 0.5) == .seconds(10))
    }

    @Test("a server that asks for more time gets it, jitter only adds to it, and one answer counts once")
    func retryAfter() {
        var pace = pace(jitter: 0.5)
        pace.succeeded()
        pace.failed(retryAfter: .seconds(60))
        #expect(pace.pause(chance: 0) == .seconds(60))
        #expect(pace.pause(chance: 1) == .seconds(90))
        pace.failed(retryAfter: nil)
        #expect(pace.pause(chance: 0.5) == .seconds(10))
        pace.failed(retryAfter: .seconds(1_000_000))
        #expect(pace.pause(chance: 0) == .seconds(3600))
    }

    @Test("jitter spreads a pause by its share to both sides")
    func jitter() {
        var pace = pace(jitter: 0.1)
        pace.succeeded()
        #expect(pace.pause(chance: 0) == .seconds(9))
        #expect(pace.pause(chance: 1) == .seconds(11))
    }

    @Test("a period above the cap stays what it is")
    func longPeriod() {
        var pace = Pace(period: .seconds(600), initialPeriod: .seconds(600), jitter: 0, maximumBackoff: .seconds(300))
        for _ in 0..<10 { pace.failed(retryAfter: nil) }
        #expect(pace.pause(chance: 0.5) == .seconds(600))
    }
}

@Suite("Failure limit")
struct FailureLimitTests {
    @Test("without a limit the first failure ends the process only while there is nothing to serve")
    func unset() {
        let limit = FailureLimit(maximum: nil, initialMaximum: nil)
        #expect(limit.isExhausted(failures: 1, hasSucceeded: false, isServing: false))
        #expect(!limit.isExhausted(failures: 1000, hasSucceeded: false, isServing: true))
        #expect(!limit.isExhausted(failures: 1000, hasSucceeded: true, isServing: true))
    }

    @Test(
        "a limit ends the process at that many failures in a row; zero counts as one, negative as never",
        arguments: [(0, 1, true), (3, 2, false), (3, 3, true), (-1, 1_000_000, false)])
    func limit(maximum: Int, failures: Int, ends: Bool) {
        let limit = FailureLimit(maximum: maximum, initialMaximum: nil)
        #expect(limit.isExhausted(failures: failures, hasSucceeded: true, isServing: true) == ends)
        #expect(limit.isExhausted(failures: failures, hasSucceeded: false, isServing: false) == ends)
    }

    @Test("the initial limit holds until the first success only")
    func initial() {
        let limit = FailureLimit(maximum: 5, initialMaximum: 2)
        #expect(limit.isExhausted(failures: 2, hasSucceeded: false, isServing: false))
        #expect(!limit.isExhausted(failures: 2, hasSucceeded: true, isServing: true))
    }
}
