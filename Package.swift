// swift-tools-version: 6.2
import PackageDescription

// C libraries come from Debian, through system library targets. The list below is in the order in which
// modules may depend on each other: a target depends only on targets above it.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "git-sidecar",
    products: [
        .executable(name: "git-sidecar", targets: ["git-sidecar"]),
        .executable(name: "git-sidecar-worker", targets: ["git-sidecar-worker"]),
        // For the fuzzer, which is a package of its own.
        .library(name: "GitProtocol", targets: ["GitProtocol"]),
        .library(name: "Sidecar", targets: ["Sidecar", "HTTPServer"]),
    ],
    targets: [
        .systemLibrary(name: "CLibgit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CShims"),
        .target(name: "CGitShims", dependencies: ["CLibgit2"]),
        .target(name: "CCurlShims", dependencies: ["CCurl"]),
        .target(name: "CMicrohttpdShims", dependencies: ["CMicrohttpd"]),
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "Posix", dependencies: ["CShims"], swiftSettings: strict),
        .target(name: "Crypto", dependencies: ["Posix", "CCrypto"], swiftSettings: strict),
        .target(name: "Telemetry", dependencies: ["Posix"], swiftSettings: strict),
        .target(name: "Patterns", swiftSettings: strict),
        .target(name: "GitObjects", swiftSettings: strict),
        .target(name: "GitProtocol", dependencies: ["GitObjects"], swiftSettings: strict),
        .target(name: "GitFiles", dependencies: ["Posix", "Patterns", "GitObjects"], swiftSettings: strict),
        // The only user of libgit2; the worker alone links it.
        .target(
            name: "GitStore",
            dependencies: ["Posix", "Crypto", "GitObjects", "GitFiles", "CGitShims", "CLibgit2", "CZlib"],
            swiftSettings: strict),
        .target(name: "HTTPClient", dependencies: ["Posix", "CCurlShims", "CCurl"], swiftSettings: strict),
        .target(
            name: "Remote",
            dependencies: [
                "JSON", "Posix", "Crypto", "Telemetry", "GitObjects", "GitFiles", "HTTPClient", "GitProtocol",
            ],
            swiftSettings: strict),
        .target(name: "Layout", dependencies: ["Posix"], swiftSettings: strict),
        .target(name: "Options", dependencies: ["JSON", "Posix", "Layout"], swiftSettings: strict),
        .target(
            name: "Releases", dependencies: ["Posix", "Crypto", "Layout", "Patterns", "GitObjects", "GitFiles"],
            swiftSettings: strict),
        .target(
            name: "Staging",
            dependencies: ["Posix", "Crypto", "Layout", "Patterns", "GitObjects", "GitFiles", "GitStore", "Releases"],
            swiftSettings: strict),
        .target(
            name: "Worker", dependencies: ["Posix", "Layout", "GitObjects", "GitFiles", "Releases"],
            swiftSettings: strict),
        .target(
            name: "Reload", dependencies: ["Posix", "Layout", "Patterns", "GitObjects", "HTTPClient"],
            swiftSettings: strict),
        .target(
            name: "HTTPServer", dependencies: ["Posix", "CMicrohttpdShims", "CMicrohttpd"], swiftSettings: strict),
        .target(
            name: "Commands", dependencies: ["JSON", "Posix", "Layout", "Telemetry", "HTTPClient", "Options"],
            swiftSettings: strict),
        .target(
            name: "Deployment", dependencies: ["JSON", "Posix", "Layout", "Telemetry", "GitObjects"],
            swiftSettings: strict),
        .target(
            name: "Sidecar",
            dependencies: [
                "JSON", "Posix", "Layout", "Telemetry", "Patterns", "GitObjects", "GitFiles", "HTTPClient",
                "GitProtocol",
                "Options", "Remote", "Releases", "Worker", "Reload", "Crypto", "HTTPServer", "Commands", "Deployment",
            ],
            // The status page; it becomes part of the program.
            resources: [
                "page.html", "page.css", "words.js", "view.js", "deployments.js", "live.js",
            ].map { .embedInCode("Control/Page/\($0)") },
            swiftSettings: strict),
        .executableTarget(
            name: "git-sidecar", dependencies: ["Commands", "Options", "Posix", "Sidecar", "Telemetry"],
            swiftSettings: strict),
        // What reads and writes what repositories hold, without secrets and without rights.
        .executableTarget(
            name: "git-sidecar-worker",
            dependencies: ["GitFiles", "GitStore", "Posix", "Releases", "Staging", "Worker"], swiftSettings: strict),
        .executableTarget(name: "regenerate", dependencies: ["Options"], swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Posix", "CShims"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(name: "PosixTests", dependencies: ["Posix", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "LayoutTests", dependencies: ["Layout", "Posix", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Posix", "Telemetry", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "PatternsTests", dependencies: ["Patterns", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "GitStoreTests", dependencies: ["GitFiles", "GitObjects", "GitStore", "Posix"], swiftSettings: strict),
        .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient", "Posix"], swiftSettings: strict),
        .testTarget(
            name: "GitProtocolTests", dependencies: ["GitProtocol", "GitObjects"], swiftSettings: strict),
        .testTarget(
            name: "OptionsTests", dependencies: ["Options", "Posix", "TestSupport"], exclude: ["Expected"],
            swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests", dependencies: ["Options", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RemoteTests",
            dependencies: [
                "Remote", "Crypto", "GitProtocol", "GitFiles", "GitObjects", "GitStore", "HTTPClient", "JSON", "Posix",
                "Releases", "Staging", "Telemetry", "TestSupport",
            ],
            swiftSettings: strict),
        // What the kill test kills.
        .executableTarget(
            name: "SyncLoop", dependencies: ["Releases", "Layout", "Staging", "GitObjects", "GitStore", "Posix"],
            path: "Tests/SyncLoop", swiftSettings: strict),
        .testTarget(
            name: "ReleasesTests",
            dependencies: [
                "Releases", "Layout", "Staging", "GitFiles", "GitObjects", "GitStore", "Patterns", "Posix", "SyncLoop",
                "TestSupport",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "JSON", "Releases", "Layout", "Staging", "Remote", "GitProtocol", "HTTPClient", "GitFiles",
                "GitObjects",
                "GitStore", "Posix", "SyncLoop", "Telemetry", "TestSupport",
            ],
            path: "Tests/Benchmarks", swiftSettings: strict),
        // What strikes the built program at single system calls.
        .target(name: "CFaultControl", path: "Tests/Faults/Control"),
        .executableTarget(
            name: "Faults", dependencies: ["CFaultControl", "HTTPClient", "JSON", "Posix", "TestSupport"],
            path: "Tests/Faults/Harness", swiftSettings: strict),
        .testTarget(
            name: "CryptoTests", dependencies: ["Crypto", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServerTests", dependencies: ["HTTPServer", "CMicrohttpdShims", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ReloadTests", dependencies: ["Reload", "GitObjects", "HTTPClient", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CommandsTests",
            dependencies: ["Commands", "HTTPServer", "JSON", "Options", "Posix", "Telemetry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DeploymentTests",
            dependencies: ["Deployment", "GitObjects", "JSON", "Layout", "Posix", "Telemetry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SidecarTests",
            dependencies: [
                "Sidecar", "Crypto", "Deployment", "GitProtocol", "GitFiles", "GitObjects", "GitStore", "HTTPClient",
                "HTTPServer", "JSON", "Layout", "Options", "Posix", "Remote", "Releases", "Staging", "Telemetry",
                "TestSupport",
            ],
            swiftSettings: strict),
        // What tries everything that a worker must not do.
        .executableTarget(
            name: "SandboxProbe", dependencies: ["CProbe", "Layout", "Posix", "Releases", "Worker"],
            path: "Tests/SandboxProbe", swiftSettings: strict),
        .target(name: "CProbe", path: "Tests/CProbe"),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Worker", "git-sidecar-worker", "SandboxProbe", "GitFiles", "GitObjects", "Layout", "Posix", "Releases",
                "TestSupport",
            ],
            swiftSettings: strict),
        // Runs the program that ships, which scripts/run-tests builds apart from the tests.
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["HTTPClient", "JSON", "Options", "Posix", "TestSupport"],
            swiftSettings: strict),
    ]
)

// The modules that touch C by hand are tested in release mode as well, where the optimiser ends the life of a value at its
// last use. Tests without the other modules are built in a fraction of the time.
if Context.environment["TESTS_OF_C_MODULES_ONLY"] != nil {
    let chosen: Set = ["CryptoTests", "GitStoreTests", "PosixTests"]
    package.targets.removeAll { $0.type == .test && !chosen.contains($0.name) }
}
