import Options
import Testing

@Suite("The container image")
struct ImageTests {
    @Test("it sets every parameter to its default; scripts/regenerate writes the lines")
    func environment() throws {
        #expect(try content(of: "Dockerfile").contains(imageEnvironment()), "run scripts/regenerate")
    }

    @Test("its root is a volume that it owns, and it runs as nobody in particular, without a shell")
    func image() throws {
        let lines = try content(of: "Dockerfile").split(separator: "\n").map(String.init)
        let last = lines[(lines.lastIndex { $0.hasPrefix("FROM ") } ?? 0)...]
        #expect(last.first == "FROM scratch")
        #expect(last.contains("ENV GITSYNC_ROOT=\"/git\" \\"))
        #expect(last.contains("USER 65533:65533"))
        #expect(last.contains("ENTRYPOINT [\"/usr/bin/git-sidecar\"]"))
        #expect(!last.contains { $0.hasPrefix("RUN ") })
    }

    @Test("manifests that run /git-sync find the program there")
    func formerName() throws {
        #expect(try content(of: "scripts/image-root").contains("\nln -s usr/bin/git-sidecar \"$root/git-sync\"\n"))
    }

    @Test("its version is the program's")
    func version() throws {
        #expect(try content(of: "Dockerfile").contains("\nARG VERSION=\(Product.version)\n"))
    }

    @Test("it names no registry")
    func registries() throws {
        for line in try content(of: "Dockerfile").split(separator: "\n") where line.contains("_IMAGE=") {
            #expect(line.contains(/=[a-z]+:[a-z0-9.-]+$/), "\(line)")
        }
    }

    @Test("its health check is a command of the program itself")
    func healthCheck() throws {
        let match = try #require(
            try content(of: "Dockerfile").firstMatch(
                of: /\nHEALTHCHECK .* CMD \["\/usr\/bin\/git-sidecar", "([a-z]+)"\]\n/))
        #expect(Subcommand(rawValue: String(match.1))?.isControl == true)
    }
}
