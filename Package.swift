// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// A library of Debian's.
func library(_ name: String, _ pkgConfig: String, from package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// C that we write.
func shims(_ name: String, uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, path: "Sources/C/\(name)")
}

func module(_ path: String, uses: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(
        name: name(path), dependencies: uses, path: "Sources/\(path)", resources: resources, swiftSettings: strict)
}

func program(_ path: String, uses: [Target.Dependency]) -> Target {
    .executableTarget(name: name(path), dependencies: uses, path: path, swiftSettings: strict)
}

func tests(_ path: String, exclude: [String] = [], of uses: [Target.Dependency]) -> Target {
    .testTarget(name: name(path), dependencies: uses, path: "Tests/\(path)", exclude: exclude, swiftSettings: strict)
}

func name(_ path: String) -> String {
    String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
}

let package = Package(
    name: "git-sidecar",
    products: [
        .executable(name: "git-sidecar", targets: ["git-sidecar"]),
        .executable(name: "git-sidecar-worker", targets: ["git-sidecar-worker"]),
        // For the fuzzer, which is a package of its own.
        .library(name: "GitProtocol", targets: ["GitProtocol"]),
        .library(name: "Sidecar", targets: ["Sidecar", "HTTPServer"]),
    ],
    // Five floors, a folder each. A module uses only what stands above it here; Tests/HouseTests reads this list.
    targets: [
        library("CLibgit2", "libgit2", from: "libgit2-dev"),
        library("CCurl", "libcurl", from: "libcurl4-openssl-dev"),
        library("CMicrohttpd", "libmicrohttpd", from: "libmicrohttpd-dev"),
        library("CCrypto", "libcrypto", from: "libssl-dev"),
        library("CZlib", "zlib", from: "zlib1g-dev"),
        shims("CShims"),
        shims("CGitShims", uses: ["CLibgit2"]),
        shims("CCurlShims", uses: ["CCurl"]),
        shims("CMicrohttpdShims", uses: ["CMicrohttpd"]),

        module("Base/Figures"),
        module("Base/Posix", uses: ["CShims"]),
        module("Base/JSON", uses: ["Figures"]),
        module("Base/Telemetry", uses: ["Figures", "Posix"]),
        module("Base/Patterns"),
        module("Base/Crypto", uses: ["CCrypto"]),

        module("Git/GitObjects", uses: ["Figures"]),
        module("Git/GitProtocol", uses: ["Figures", "GitObjects"]),
        module("Git/GitFiles", uses: ["Posix", "Patterns", "GitObjects"]),
        // The only user of libgit2; the worker alone links it.
        module("Git/GitStore", uses: ["CGitShims", "CLibgit2", "CZlib", "Posix", "Crypto", "GitObjects", "GitFiles"]),

        module("Net/HTTPClient", uses: ["CCurl", "CCurlShims", "Figures", "Posix"]),
        module("Net/HTTPServer", uses: ["CMicrohttpd", "CMicrohttpdShims", "Posix"]),

        module("Deploy/Layout", uses: ["Posix"]),
        module(
            "Deploy/Remote",
            uses: [
                "Figures", "Posix", "JSON", "Telemetry", "Crypto", "GitObjects", "GitProtocol", "GitFiles",
                "HTTPClient",
            ]),
        module("Deploy/Signatures", uses: ["Posix", "Crypto", "GitObjects", "GitProtocol"]),
        module(
            "Deploy/Releases", uses: ["Figures", "Posix", "Patterns", "Crypto", "GitObjects", "GitFiles", "Layout"]),
        module(
            "Deploy/Staging",
            uses: ["Posix", "Patterns", "Crypto", "GitObjects", "GitFiles", "GitStore", "Layout", "Releases"]),
        module("Deploy/Worker", uses: ["Posix", "GitObjects", "GitFiles", "Layout", "Releases"]),
        module("Deploy/Reload", uses: ["Figures", "Posix", "Patterns", "GitObjects", "HTTPClient", "Layout"]),
        module("Deploy/Deployment", uses: ["Posix", "JSON", "Telemetry", "GitObjects", "Layout"]),

        module("App/Options", uses: ["Posix", "JSON", "Layout"]),
        module("App/ControlAPI", uses: ["Posix", "JSON"]),
        module(
            "App/Commands",
            uses: ["Figures", "Posix", "JSON", "Telemetry", "HTTPClient", "Layout", "Options", "ControlAPI"]),
        module(
            "App/Assembly",
            uses: [
                "Figures", "Posix", "Telemetry", "Crypto", "GitObjects", "GitFiles", "HTTPClient", "Layout", "Remote",
                "Signatures", "Releases", "Worker", "Reload", "Deployment", "Options",
            ]),
        module(
            "App/Doctor",
            uses: [
                "Figures", "Posix", "Telemetry", "GitProtocol", "HTTPClient", "Layout", "Remote", "Releases", "Reload",
                "Options", "Commands", "Assembly",
            ]),
        module(
            "App/Sidecar",
            uses: [
                "Figures", "Posix", "JSON", "Telemetry", "Patterns", "Crypto", "GitObjects", "GitProtocol", "GitFiles",
                "HTTPClient", "HTTPServer", "Layout", "Remote", "Signatures", "Releases", "Worker", "Reload",
                "Deployment", "Options", "ControlAPI", "Assembly",
            ],
            // The status page; it becomes part of the program.
            resources: ["page.html", "page.css", "words.js", "view.js", "deployments.js", "live.js"].map {
                .embedInCode("Control/Page/\($0)")
            }),
        program(
            "Sources/App/git-sidecar", uses: ["Posix", "Telemetry", "Options", "Commands", "Doctor", "Sidecar"]),
        // What reads and writes what repositories hold, without secrets and without rights.
        program(
            "Sources/App/git-sidecar-worker", uses: ["Posix", "GitStore", "Staging", "Worker"]),
        program("Sources/App/regenerate", uses: ["Options"]),

        .target(
            name: "TestSupport", dependencies: ["CShims", "Posix"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("TestSupportTests", of: ["TestSupport"]),
        tests("Base/PosixTests", of: ["Posix", "TestSupport"]),
        tests("Base/FiguresTests", of: ["Figures"]),
        tests("Base/JSONTests", of: ["JSON"]),
        tests("Base/TelemetryTests", of: ["Posix", "Telemetry", "TestSupport"]),
        tests("Base/PatternsTests", of: ["Patterns", "TestSupport"]),
        tests("Base/CryptoTests", of: ["Figures", "Crypto", "Posix", "TestSupport"]),
        tests("Git/GitProtocolTests", of: ["GitObjects", "GitProtocol"]),
        tests("Git/GitStoreTests", of: ["Posix", "GitObjects", "GitFiles", "GitStore"]),
        tests("Net/HTTPClientTests", of: ["Posix", "HTTPClient", "TestSupport"]),
        tests("Net/HTTPServerTests", of: ["CMicrohttpdShims", "Posix", "HTTPServer", "TestSupport"]),
        tests("Deploy/LayoutTests", of: ["Posix", "Layout", "TestSupport"]),
        tests(
            "Deploy/RemoteTests",
            of: [
                "Posix", "JSON", "Telemetry", "Crypto", "GitObjects", "GitProtocol", "GitStore",
                "HTTPClient", "Remote", "Staging", "TestSupport",
            ]),
        tests(
            "Deploy/SignaturesTests",
            of: [
                "Posix", "Telemetry", "GitObjects", "GitProtocol", "GitStore", "HTTPClient", "Remote", "Signatures",
                "Releases", "Staging",
                "TestSupport",
            ]),
        // What the kill test kills.
        program("Tests/Deploy/SyncLoop", uses: ["Posix", "GitObjects", "GitStore", "Layout", "Releases", "Staging"]),
        tests(
            "Deploy/ReleasesTests",
            of: [
                "Posix", "Patterns", "GitObjects", "GitStore", "Layout", "Releases", "Staging", "SyncLoop",
                "TestSupport",
            ]),
        .target(name: "CProbe", path: "Tests/Deploy/CProbe"),
        // What tries everything that a worker must not do.
        program("Tests/Deploy/SandboxProbe", uses: ["CProbe", "Posix", "Layout", "Releases", "Worker"]),
        tests(
            "Deploy/WorkerTests",
            of: [
                "Posix", "GitObjects", "GitFiles", "Layout", "Releases", "Worker", "SandboxProbe", "git-sidecar-worker",
                "TestSupport",
            ]),
        tests("Deploy/ReloadTests", of: ["Posix", "GitObjects", "HTTPClient", "Reload", "TestSupport"]),
        tests(
            "Deploy/DeploymentTests",
            of: ["Posix", "JSON", "Telemetry", "GitObjects", "Layout", "Deployment", "TestSupport"]),
        tests("App/OptionsTests", exclude: ["Expected"], of: ["Posix", "Options", "TestSupport"]),
        tests(
            "App/CommandsTests",
            of: ["Posix", "JSON", "Telemetry", "HTTPServer", "Options", "ControlAPI", "Commands", "TestSupport"]),
        tests(
            "App/SidecarTests",
            of: [
                "Posix", "JSON", "Telemetry", "Crypto", "GitObjects", "GitProtocol", "GitStore",
                "HTTPClient", "HTTPServer", "Layout", "Remote", "Signatures", "Releases", "Staging", "Deployment",
                "Options", "ControlAPI",
                "Assembly", "Sidecar", "TestSupport",
            ]),
        tests("DocumentationTests", of: ["Options", "TestSupport"]),
        tests("HouseTests", of: ["Posix"]),
        // Runs the program that ships, which scripts/run-tests builds apart from the tests.
        tests("EndToEndTests", of: ["Posix", "JSON", "HTTPClient", "TestSupport"]),
        program(
            "Tests/Benchmarks",
            uses: [
                "Posix", "JSON", "Telemetry", "GitObjects", "GitProtocol", "GitStore", "HTTPClient",
                "Layout", "Remote", "Releases", "Staging", "SyncLoop", "TestSupport",
            ]),
        // What strikes the built program at single system calls.
        .target(name: "CFaultControl", path: "Tests/Faults/Control"),
        .executableTarget(
            name: "Faults", dependencies: ["CFaultControl", "Posix", "JSON", "HTTPClient", "TestSupport"],
            path: "Tests/Faults/Harness", swiftSettings: strict),
        // What tries the built program with git servers of every kind.
        .executableTarget(
            name: "Conformance", dependencies: ["Posix", "JSON", "TestSupport"], path: "Tests/Conformance/Laboratory",
            swiftSettings: strict),
    ]
)

// The modules that touch C by hand are tested in release mode as well, where the optimiser ends the life of a value at its
// last use. Tests without the other modules are built in a fraction of the time.
if Context.environment["TESTS_OF_C_MODULES_ONLY"] != nil {
    let chosen: Set = ["CryptoTests", "GitStoreTests", "PosixTests"]
    package.targets.removeAll { $0.type == .test && !chosen.contains($0.name) }
}
