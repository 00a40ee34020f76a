/// Splits a command line into values, a command, and the command's own flags and words.
struct CommandLineReader {
    private var rest: ArraySlice<String>
    private(set) var given: [Given] = []
    private(set) var action: Invocation.Action?
    private(set) var command: Subcommand?
    private(set) var arguments = SubcommandArguments()
    private(set) var problems: [Problem] = []

    // After a word that is no command nothing can be said about the words that follow.
    private var hasUnknownCommand = false
    private var lastSwitch: String?

    init(_ arguments: [String]) {
        rest = arguments[...]
    }

    mutating func read() {
        while let argument = rest.popFirst() {
            if argument == "--" {
                while let word = rest.popFirst() { readWord(word) }
            } else if argument.hasPrefix("--") {
                readLong(argument.dropFirst(2))
            } else if argument.hasPrefix("-"), argument.count > 1 {
                readShort(argument.dropFirst())
            } else {
                readWord(argument)
            }
        }
        if command == .wait, arguments.hash == nil {
            problems.append(Problem("wait", "needs HASH, the hash of a commit"))
        }
        if command == .status, let root = arguments.roots.first {
            if !arguments.all {
                let word = printable(redacted(root))
                problems.append(
                    Problem("status", "takes no arguments, but there is \(word); only status --all takes roots"))
            } else if arguments.control != nil {
                problems.append(Problem("--control", "does not go with the roots of --all"))
            }
        }
        settleAction()
    }

    // `COMMAND --help` explains the command; three commands are other words for flags.
    private mutating func settleAction() {
        switch (action, command) {
        case (.help(of: nil), let command?): action = .help(of: command == .help ? arguments.topic : command)
        case (nil, .help): action = .help(of: arguments.topic)
        case (nil, .version): action = .version
        case (nil, .completions):
            if let shell = arguments.shell {
                action = .completions(shell)
            } else if !problems.contains(where: { $0.subject == "completions" }) {
                problems.append(Problem("completions", "needs SHELL: \(CommandLineReader.shells)"))
            }
        default: break
        }
    }

    private static var shells: String { sentenceList(Shell.allCases.map(\.rawValue), last: "or") }

    // --name, --name=value, --name value
    private mutating func readLong(_ text: Substring) {
        // By bytes: an accent after the equals sign would make one character with it.
        let equals = text.utf8.firstIndex(of: UInt8(ascii: "="))
        let name = String(text[..<(equals ?? text.endIndex)])
        let inline = equals.map { String(text[text.utf8.index(after: $0)...]) }
        lastSwitch = nil
        if let flag = command?.flags.first(where: { $0.rawValue == name }) {
            readSubcommandFlag(flag, inline)
        } else if let row = OptionTable.byFlag[name] {
            readFlag(row, oldPlace: nil, "--\(name)", isSwitch: row.isSwitch, inline)
        } else if let (row, place) = OptionTable.byOldFlag[name] {
            readFlag(row, oldPlace: place, "--\(name)", isSwitch: row.oldNames[place].isSwitch, inline)
        } else {
            reportUnknown("--\(name)", name: name, hasValue: inline != nil)
        }
    }

    // -h, -v 3, -v3, -v=3
    private mutating func readShort(_ text: Substring) {
        lastSwitch = nil
        guard let letter = text.first, let row = OptionTable.byLetter[letter], !row.isSwitch || text.count == 1 else {
            // What follows the letter may be a value; it is shown only when it looks like the name of a flag.
            let word = String(text.prefix { $0 != "=" })
            let isName = nearest(to: word, among: OptionTable.all.map(\.name)) != nil
            reportUnknown("-\(isName ? word : String(text.prefix(1)))", name: word, hasValue: text.contains("="))
            return
        }
        let attached = text.dropFirst()
        let inline = attached.isEmpty ? nil : String(attached.first == "=" ? attached.dropFirst() : attached)
        readFlag(row, oldPlace: nil, "-\(letter)", isSwitch: row.isSwitch, inline)
    }

    private mutating func readFlag(_ row: Option, oldPlace: Int?, _ flag: String, isSwitch: Bool, _ inline: String?) {
        if case .action(let wanted) = row.access {
            if inline != nil { problems.append(Problem(flag, "takes no value")) }
            action = action ?? wanted
            return
        }
        guard let text = isSwitch ? inline ?? "true" : inline ?? takeValue(of: flag) else { return }
        if isSwitch, inline == nil { lastSwitch = flag }
        given.append(Given(row: row, oldPlace: oldPlace, source: .flag(flag), text: text))
    }

    // The word after a flag; a flag there means that the value was forgotten.
    private mutating func takeValue(of flag: String) -> String? {
        if let next = rest.first, !next.hasPrefix("--") { return rest.removeFirst() }
        let hint = rest.isEmpty ? "" : "; a value that begins with -- is written as \(flag)=VALUE"
        problems.append(Problem(flag, "needs a value" + hint))
        return nil
    }

    private mutating func readSubcommandFlag(_ flag: SubcommandFlag, _ inline: String?) {
        let name = "--\(flag.rawValue)"
        do throws(ValueProblem) {
            switch flag {
            case .json: arguments.json = try Bool.read(inline ?? "true")
            case .wait: arguments.wait = try Bool.read(inline ?? "true")
            case .all: arguments.all = try Bool.read(inline ?? "true")
            case .timeout:
                if let text = inline ?? takeValue(of: name) { arguments.timeout = try Duration.read(text) }
            case .control:
                if let text = inline ?? takeValue(of: name) { arguments.control = try WebAddress.read(text) }
            }
        } catch {
            problems.append(Problem(name, error.message))
        }
    }

    private mutating func readWord(_ word: String) {
        defer { lastSwitch = nil }
        if let flag = lastSwitch, ["true", "false", "0", "1"].contains(word) {
            problems.append(Problem(flag, "its value is written with an equals sign: \(flag)=\(word)"))
        } else if hasUnknownCommand {
            return
        } else if let command {
            readArgument(word, of: command)
        } else if let known = Subcommand(rawValue: word) {
            command = known
        } else {
            hasUnknownCommand = true
            problems.append(CommandLineReader.unknownCommand(word))
        }
    }

    private static func unknownCommand(_ word: String) -> Problem {
        let near = nearest(to: word, among: Subcommand.allCases.map(\.rawValue)).map { "; did you mean \($0)?" }
        return Problem(printable(redacted(word)), "there is no such command\(near ?? "")")
    }

    private mutating func readArgument(_ word: String, of command: Subcommand) {
        if command == .help, arguments.topic == nil {
            arguments.topic = Subcommand(rawValue: word)
            if arguments.topic == nil { problems.append(CommandLineReader.unknownCommand(word)) }
        } else if command == .completions, arguments.shell == nil {
            arguments.shell = Shell(rawValue: word)
            if arguments.shell == nil {
                let message = "there are none for \(printable(redacted(word))), but for \(CommandLineReader.shells)"
                problems.append(Problem(command.rawValue, message))
            }
        } else if command == .status {
            arguments.roots.append(word)
        } else if [.rollback, .resume, .wait].contains(command), arguments.hash == nil {
            arguments.hash = word
        } else {
            let what = command.argument == nil ? "takes no arguments" : "takes only one argument"
            problems.append(Problem(command.rawValue, "\(what), but there is \(printable(redacted(word)))"))
        }
    }

    private mutating func reportUnknown(_ flag: String, name: String, hasValue: Bool) {
        // The word after an unknown flag is most likely its value, and may be a password.
        if !hasValue, let next = rest.first, !next.hasPrefix("-"), Subcommand(rawValue: next) == nil {
            rest.removeFirst()
        }
        let own = command?.flags.map(\.rawValue) ?? []
        let known = OptionTable.all.compactMap { $0.flag == nil ? nil : $0.name }
        let near = nearest(to: name, among: own + known).map { "; did you mean --\($0)?" }
        let elsewhere = near == nil ? commands(with: name) : nil
        problems.append(Problem(printable(flag), "there is no such flag\(near ?? elsewhere ?? "")"))
    }

    // Flags of commands count only after the command's name.
    private func commands(with flag: String) -> String? {
        let owners = Subcommand.allCases.filter { $0.flags.contains { $0.rawValue == flag } }.map(\.rawValue)
        return owners.isEmpty ? nil : "; it belongs to \(sentenceList(owners, last: "and")) and stands after that word"
    }
}
