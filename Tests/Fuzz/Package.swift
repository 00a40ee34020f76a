// swift-tools-version: 6.2
import PackageDescription

// A package of its own, because everything in it, our modules too, is built with the fuzzer's instrumentation:
// `scripts/fuzz` builds and runs it.
let names = [
    "FuzzPackets", "FuzzAdvertisement", "FuzzLsRefs", "FuzzFetchAnswer", "FuzzPushHook", "FuzzRequests",
]
let products = ["GitProtocol", "Sidecar"].map { Target.Dependency.product(name: $0, package: "git-sidecar") }

let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "git-sidecar", path: "../..")],
    targets: [.target(name: "FuzzSupport")]
        + names.map { name in
            .executableTarget(
                name: name, dependencies: ["FuzzSupport"] + products,
                swiftSettings: [.unsafeFlags(["-parse-as-library"])])
        }
)
