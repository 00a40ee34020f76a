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
        .target(name: "CShims", dependencies: ["CLibgit2", "CCurl", "CMicrohttpd"]),
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "Posix", dependencies: ["CShims"], swiftSettings: strict),
        .target(name: "Crypto", dependencies: ["Posix", "CCrypto"], swiftSettings: strict),
        .target(name: "Telemetry", dependencies: ["Posix"], swiftSettings: strict),
        .target(name: "Patterns", swiftSettings: strict),
        .target(
            name: "GitStore", dependencies: ["Posix", "CShims", "CLibgit2", "CCrypto", "CZlib"],
            swiftSettings: strict),
        .target(name: "HTTPClient", dependencies: ["Posix", "CShims", "CCurl"], swiftSettings: strict),
        .target(name: "GitProtocol", dependencies: ["GitStore"], swiftSettings: strict),
        .target(
            name: "Remote",
            dependencies: ["JSON", "Posix", "Crypto", "Telemetry", "GitStore", "HTTPClient", "GitProtocol"],
            swiftSettings: strict),
        .target(name: "Layout", dependencies: ["Posix"], swiftSettings: strict),
        .target(name: "Options", dependencies: ["JSON", "Posix", "Layout"], swiftSettings: strict),
        .target(name: "Releases", dependencies: ["Posix", "Layout", "Patterns", "GitStore"], swiftSettings: strict),
        .target(
            name: "Reload", dependencies: ["Posix", "Layout", "Patterns", "GitStore", "HTTPClient"],
            swiftSettings: strict),
        .target(
            name: "HTTPServer", dependencies: ["Posix", "CShims", "CMicrohttpd"], swiftSettings: strict),
        .target(
            name: "Commands", dependencies: ["JSON", "Posix", "Layout", "Telemetry", "HTTPClient", "Options"],
            swiftSettings: strict),
        .target(
            name: "Deployment", dependencies: ["JSON", "Posix", "Layout", "Telemetry", "GitStore"],
            swiftSettings: strict),
        .target(
            name: "Sidecar",
            dependencies: [
                "JSON", "Posix", "Layout", "Telemetry", "Patterns", "GitStore", "HTTPClient", "GitProtocol", "Options",
                "Remote", "Releases", "Reload", "Crypto", "HTTPServer", "Commands", "Deployment",
            ],
            // The status page; it becomes part of the program.
            resources: [
                "page.html", "page.css", "words.js", "view.js", "deployments.js", "live.js",
            ].map { .embedInCode("Control/Page/\($0)") },
            swiftSettings: strict),
        .executableTarget(
            name: "git-sidecar", dependencies: ["Commands", "Options", "Posix", "Sidecar", "Telemetry"],
            swiftSettings: strict),
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
        .testTarget(name: "GitStoreTests", dependencies: ["GitStore", "Posix"], swiftSettings: strict),
        .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient", "Posix"], swiftSettings: strict),
        .testTarget(
            name: "GitProtocolTests", dependencies: ["GitProtocol", "GitStore"], swiftSettings: strict),
        .testTarget(
            name: "OptionsTests", dependencies: ["Options", "Posix", "TestSupport"], exclude: ["Expected"],
            swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests", dependencies: ["Options", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RemoteTests",
            dependencies: [
                "Remote", "Crypto", "GitProtocol", "GitStore", "HTTPClient", "JSON", "Posix", "Telemetry",
                "TestSupport",
            ],
            swiftSettings: strict),
        // What the kill test kills.
        .executableTarget(
            name: "SyncLoop", dependencies: ["Releases", "Layout", "GitStore", "Posix"], path: "Tests/SyncLoop",
            swiftSettings: strict),
        .testTarget(
            name: "ReleasesTests",
            dependencies: ["Releases", "Layout", "GitStore", "Patterns", "Posix", "SyncLoop", "TestSupport"],
            swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "JSON", "Releases", "Layout", "Remote", "GitProtocol", "HTTPClient", "GitStore", "Posix", "SyncLoop",
                "Telemetry", "TestSupport",
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
            name: "HTTPServerTests", dependencies: ["HTTPServer", "CShims", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ReloadTests", dependencies: ["Reload", "GitStore", "HTTPClient", "Posix", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CommandsTests",
            dependencies: ["Commands", "HTTPServer", "JSON", "Options", "Posix", "Telemetry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DeploymentTests",
            dependencies: ["Deployment", "GitStore", "JSON", "Layout", "Posix", "Telemetry", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SidecarTests",
            dependencies: [
                "Sidecar", "Crypto", "Deployment", "GitProtocol", "GitStore", "HTTPClient", "HTTPServer", "JSON",
                "Layout",
                "Options", "Posix", "Remote", "Releases", "Telemetry", "TestSupport",
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
