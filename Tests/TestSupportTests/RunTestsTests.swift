import TestSupport
import Testing

/// Runs `scripts/run-tests` with programs in the place of the compiler and of the tests.
@Suite("scripts/run-tests", .scratch, .timeLimit(.minutes(1)))
struct RunTestsTests {
    /// A copy of the script beside targets whose tests do what `behaviour` says, in shell, with the filter as `$filter`.
    private func run(_ behaviour: String, filter: String? = nil) throws -> ProgramResult {
        let top = Scratch.directory
        let repository = #filePath.dropLast("Tests/TestSupportTests/RunTestsTests.swift".count)
        try TestFiles.makeDirectory("\(top)/scripts")
        try TestFiles.write(
            try TestFiles.read("\(repository)scripts/run-tests"), to: "\(top)/scripts/run-tests", mode: 0o755)
        for target in ["CryptoTests", "EndToEndTests", "OtherTests"] {
            try TestFiles.makeDirectory("\(top)/Tests/\(target)")
        }
        let programs = [
            "swift": "case \"$*\" in *--show-bin-path*) echo \(top)/bin ;; esac",
            "make": "echo \"make $*\" >> \(top)/made",
            "PackageTests.xctest": """
            for filter; do :; done
            case "$*" in *--list-tests*)
                printf '%s\\n' 'OtherTests.A/a()' 'EndToEndTests.B/b()' 'CryptoTests.C/c()'
                exit ;;
            esac
            \(behaviour)
            echo "✔ Test run with 3 tests passed"
            """,
        ]
        for (name, lines) in programs {
            try TestFiles.makeDirectory("\(top)/bin")
            try TestFiles.write("#!/bin/sh\n\(lines)\n", to: "\(top)/bin/\(name)", mode: 0o755)
        }
        return try runProgram(
            ["\(top)/scripts/run-tests"] + (filter.map { [$0] } ?? []),
            environment: try hermeticEnvironment(adding: ["PATH": "\(top)/bin:/usr/bin:/bin"]))
    }

    private func lastLine(_ result: ProgramResult) -> String? {
        result.output.split(separator: "\n").last.map(String.init)
    }

    @Test("the program that ships is built first; modules that touch C are tested in release mode too")
    func release() throws {
        let result = try run("").succeeded()
        #expect(lastLine(result) == "12 passed, 0 failed, 0 flaky")
        #expect(result.output.contains("CryptoTests+release "))
        #expect(try TestFiles.text("\(Scratch.directory)/made") == "make --no-print-directory build\n")
    }

    @Test("a target that passes only at its second try is named as flaky, shows what failed, and fails the run")
    func flaky() throws {
        let second = "\(Scratch.directory)/second"
        let result = try run(
            """
            if [ "$filter" = '^OtherTests\\.' ] && [ ! -e \(second) ]; then
                touch \(second)
                echo '✘ Test "x" failed after 1 second with 1 issue.'
                exit 1
            fi
            """)
        #expect(result.status == 1)
        #expect(result.output.contains("✘ Test \"x\" failed"))
        #expect(result.output.contains("\nflaky: OtherTests\n"))
        #expect(lastLine(result) == "12 passed, 0 failed, 1 flaky")
    }

    @Test("a target that fails twice has failed, and so has one that runs no test")
    func failed() throws {
        let result = try run("case \"$filter\" in *OtherTests*) echo nothing; exit 0 ;; esac")
        #expect(result.status == 1)
        #expect(lastLine(result) == "9 passed, 1 failed, 0 flaky")
    }

    @Test("with a filter only what its tests need is built, and a filter that matches nothing is an error")
    func filter() throws {
        try run("echo \"ran $filter\"", filter: "OtherTests").succeeded()
        #expect(!TestFiles.exists("\(Scratch.directory)/made"))
        try run("", filter: "B/b").succeeded()
        #expect(TestFiles.exists("\(Scratch.directory)/made"))
        let crypto = try run("echo \"ran $filter\"", filter: "CryptoTests").succeeded()
        #expect(crypto.output.contains("once more, in release mode: CryptoTests"))
        #expect(try run("", filter: "NoSuchTest").status == 1)
    }
}
