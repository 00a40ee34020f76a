import Posix
import Testing

@Suite("The floors of the house", .timeLimit(.minutes(1))) struct FloorTests {
    private let manifest: Manifest

    init() throws { manifest = try Manifest() }

    @Test("every folder below Sources is a module on one of the floors, and the floors come in their order")
    func folders() throws {
        var found: Set<String> = []
        for floor in Manifest.floors {
            for entry in try FileDescriptor.openDirectory("\(Manifest.top)/Sources/\(floor)").entries() {
                found.insert("Sources/\(floor)/\(String(decoding: entry.name, as: UTF8.self))")
            }
        }
        #expect(Set(manifest.modules.map(\.folder)) == found)
        let order = manifest.modules.map { Manifest.floors.firstIndex(of: $0.floor) ?? -1 }
        #expect(order == order.sorted())
    }

    @Test("a module uses only what stands above it in the list")
    func order() {
        var known: Set<String> = []
        for module in manifest.modules {
            for use in module.uses { #expect(known.contains(use), "\(module.name) uses \(use)") }
            known.insert(module.name)
        }
        #expect(known.count > 30)
    }

    @Test("a module imports what it says that it uses, and says what it imports")
    func imports() throws {
        let names = Set(manifest.modules.map(\.name))
        for module in manifest.modules where module.floor != "C" {
            let imported = try Manifest.imports(in: module.folder).intersection(names)
            #expect(imported == Set(module.uses), "\(module.name)")
        }
    }

    @Test("remote, releases and reload do not know each other, and deployment knows none of them")
    func strangers() {
        let strangers: Set = ["Remote", "Signatures", "Releases", "Staging", "Worker", "Reload"]
        #expect(manifest.closure(of: "Remote").isDisjoint(with: strangers))
        #expect(manifest.closure(of: "Releases").isDisjoint(with: strangers))
        #expect(manifest.closure(of: "Reload").isDisjoint(with: strangers))
        #expect(manifest.closure(of: "Deployment").isDisjoint(with: strangers))
    }

    @Test("each C library has one module that uses it, and what the fuzzer reads with links none")
    func libraries() {
        let users = [
            ("CLibgit2", "GitStore"), ("CZlib", "GitStore"), ("CCurl", "HTTPClient"), ("CMicrohttpd", "HTTPServer"),
            ("CCrypto", "Crypto"),
        ]
        for (library, user) in users {
            let found = manifest.modules.filter { $0.floor != "C" && $0.uses.contains(library) }.map(\.name)
            #expect(found == [user])
        }
        for pure in ["Figures", "JSON", "Patterns", "GitObjects", "GitProtocol"] {
            #expect(manifest.closure(of: pure).isSubset(of: ["Figures", "GitObjects"]), "\(pure)")
        }
    }

    @Test("the supervisor has no libgit2, and the worker no network")
    func processes() {
        let supervisor = manifest.closure(of: "git-sidecar")
        #expect(supervisor.contains("HTTPClient"))
        #expect(supervisor.isDisjoint(with: ["GitStore", "Staging", "CLibgit2"]))
        let worker = manifest.closure(of: "git-sidecar-worker")
        #expect(worker.contains("GitStore"))
        #expect(worker.isDisjoint(with: ["HTTPClient", "HTTPServer", "CCurl", "CMicrohttpd", "Remote", "Reload"]))
    }
}
