import Options
import TestSupport
import Testing

@Suite("Help, manual and completions")
struct DocumentTests {
    @Test("the committed copy is what the table gives; scripts/regenerate writes it", arguments: GeneratedFile.all)
    func committedCopies(_ file: GeneratedFile) {
        let difference = firstDifference(committed(file.path), file.content())
        #expect(difference == nil, "\(file.path) is out of date, run scripts/regenerate\n\(difference ?? "")")
    }

    // The first lines that differ, with a line before them.
    private func firstDifference(_ old: String, _ new: String) -> String? {
        if old == new { return nil }
        let old = old.split(separator: "\n", omittingEmptySubsequences: false)
        let new = new.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(old, new).prefix { $0 == $1 }.count
        let before = line > 0 ? "  \(old[line - 1])\n" : ""
        return "line \(line + 1):\n" + before
            + old[line...].prefix(3).map { "- \($0)\n" }.joined()
            + new[line...].prefix(3).map { "+ \($0)\n" }.joined()
    }

    @Test("the help fits into 80 columns and names every flag")
    func help() {
        let text = helpText()
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        for row in OptionTable.all { #expect(text.contains(row.label), "\(row.name)") }
        #expect(!text.contains("{") && !text.contains("`"))
    }

    @Test("the manual fits into 80 columns, has its sections in order, and leaves no reference open")
    func manual() {
        let lines = manualText().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.filter { $0.count > 80 } == [])
        let sections = lines.filter { $0.first?.isUppercase == true }.map(String.init)
        #expect(
            sections == [
                "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES",
                "EXAMPLES", "SEE ALSO",
            ])
        #expect(manualText().firstMatch(of: /\{(?!(hash|host|port)\})[a-z-]+\}/) == nil)
    }

    @Test("the manual's source is accepted by groff without a warning", .enabled(if: installed("man") != nil))
    func roff() throws {
        let run = try runProgram(["man", "-l", "--warnings", repositoryTop + "/docs/git-sidecar.1"])
        #expect(run.status == 0)
        #expect(run.errors == "")
    }

    @Test("the help of a command fits into 80 columns, and names its flags", arguments: Subcommand.allCases)
    func commandHelp(_ command: Subcommand) {
        let text = helpText(of: command)
        #expect(text.split(separator: "\n").filter { $0.count > 80 } == [])
        for flag in command.flags { #expect(text.contains("  \(flag.usage)"), "\(flag)") }
        #expect(text.contains("Usage: git-sidecar \(command.rawValue)"))
        #expect(text.contains("\n  git") || text.contains("\n  source"))
    }

    @Test("the image's variables hold the defaults and can be read back")
    func image() {
        let text = imageEnvironment()
        #expect(text.hasPrefix("ENV GITSYNC_REF=\"HEAD\" \\\n"))
        #expect(text.contains("    GITSYNC_SSH_KNOWN_HOSTS=\"true\" \\\n"))
        #expect(!text.contains("PASSWORD"))
    }

    @Test("the exit codes stay what orchestrators rely on")
    func exitCodes() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2])
    }
}
