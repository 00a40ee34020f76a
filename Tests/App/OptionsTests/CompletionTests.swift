import Options
import TestSupport
import Testing

@Suite("Completions", .scratch)
struct CompletionTests {
    private static let bash = "completions/git-sidecar.bash"
    private static let zsh = "completions/_git-sidecar"
    private static let fish = "completions/git-sidecar.fish"

    @Test("each shell accepts its completions", arguments: [("bash", bash), ("zsh", zsh), ("fish", fish)])
    func accepted(_ shell: String, _ file: String) throws {
        let run = try runProgram([try #require(installed(shell)), "-n", repositoryTop + "/" + file])
        #expect(run.status == 0)
        #expect(run.errors == "")
    }

    /// What is typed, and what each shell offers for it.
    private static let lines: [(line: String, expected: [String])] = [
        ("git-sidecar --log-f", ["--log-format"]),
        ("git-sidecar --log-format=l", ["logfmt"]),
        ("git-sidecar --one", ["--one-time"]),
        ("git-sidecar ru", ["run"]),
        ("git-sidecar help do", ["doctor"]),
        ("git-sidecar completions z", ["zsh"]),
        ("git-sidecar status --j", ["--json"]),
        ("git-sidecar wait --tim", ["--timeout"]),
        ("git-sidecar wait --dep", []),
        ("git-sidecar rollback --root=/srv/git a", [String(repeating: "a", count: 40)]),
        ("git-sidecar rollback --root=/srv/other a", []),
    ]

    @Test("bash completes flags, their values, commands, their flags and hashes", arguments: lines)
    func inBash(_ line: String, _ expected: [String]) throws {
        // As readline hands them over: an equals sign is a word.
        let words = line.split(separator: " ").flatMap { word -> [String] in
            guard let equals = word.firstIndex(of: "=") else { return ["'\(word)'"] }
            return ["'\(word[..<equals])'", "'='", "'\(word[word.index(after: equals)...])'"]
        }
        let script = """
            compopt() { :; }
            source '\(repositoryTop)/\(Self.bash)'
            COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
            _git_sidecar; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let run = try runProgram([try #require(installed("bash")), "-c", script], environment: try path())
        #expect(offered(run.output) == expected, "\(run.errors)")
    }

    @Test("fish completes the same", arguments: lines)
    func inFish(_ line: String, _ expected: [String]) throws {
        let script = "source '\(repositoryTop)/\(Self.fish)'; complete -C '\(line)'"
        let run = try runProgram(
            [try #require(installed("fish")), "--no-config", "-c", script], environment: try path())
        // A value comes with its flag, and everything with its description.
        let words = run.output.split(separator: "\n").compactMap { $0.split(separator: "\t").first }
            .map { $0.split(separator: "=").last.map(String.init) ?? String($0) }
        #expect(words == expected, "\(run.errors)")
    }

    @Test("zsh completes the same, on a terminal", arguments: lines)
    func inZsh(_ line: String, _ expected: [String]) throws {
        // A shell on a terminal of its own is typed to. What it would offer it says instead.
        let settings = Scratch.directory + "/settings.zsh"
        try TestFiles.write(
            """
            PS1=
            fpath=('\(repositoryTop)/completions' $fpath)
            autoload -Uz compinit
            compinit -u -D
            bindkey '^I' complete-word
            compadd () {
                if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
                local -a hits
                builtin compadd -A hits "$@"
                (( $#hits )) && print -rl -- "<"${^hits}">" >/dev/tty
                builtin compadd "$@"
            }
            finished () { print END >/dev/tty }
            comppostfuncs=(finished)
            print READY
            """, to: settings)
        let script = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'source \(settings)'
            zpty -r shell answer '*READY'$'\\r'
            zpty -n -w shell '\(line)'$'\\t'
            zpty -r shell answer '*END'$'\\r'
            print -r -- "$answer"
            """
        let run = try runProgram([try #require(installed("zsh")), "-f", "-c", script], environment: try path())
        #expect(run.output.contains("END"), "\(run.errors)")
        #expect(run.output.matches(of: /<([^<>\s]+)>/).map { String($0.1) } == expected, "\(run.output)")
    }

    private func offered(_ output: String) -> [String] {
        output.split(separator: "\n").map { $0.hasSuffix("=") ? String($0.dropLast()) : String($0) }
    }

    /// An environment in which a sidecar answers on one root, and none on another.
    private func path() throws -> [String: String] {
        let directory = Scratch.directory + "/bin"
        try TestFiles.makeDirectory(directory)
        try TestFiles.write(
            """
            #!/bin/sh
            case "$*" in
            "releases --json --root=/srv/git")
                echo '{"releases":[{"hash":"\(String(repeating: "a", count: 40))","time":"x"},{"hash":"\(String(repeating: "b", count: 40))"}]}'
                ;;
            *) exit 1 ;;
            esac
            """, to: directory + "/git-sidecar", mode: 0o755)
        return ["PATH": directory + ":/usr/bin:/bin", "HOME": Scratch.directory, "TERM": "xterm"]
    }
}
