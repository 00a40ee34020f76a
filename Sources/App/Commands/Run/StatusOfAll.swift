internal import ControlAPI
internal import JSON
public import Options
internal import Posix

/// Several sidecars of one machine, with a line for each.
public struct StatusOfAll {
    private let roots: [Path]
    private let console: Console
    private let json: Bool

    /// Prepares the question; without roots all are asked that units of systemd have.
    public init(_ roots: [Path], _ console: Console, json: Bool) {
        self.roots = roots
        self.console = console
        self.json = json
    }

    /// Asks each, and says how they are.
    public func run() -> ExitCode {
        let asked: [Path]
        do {
            asked = try roots.isEmpty ? found() : roots
        } catch {
            console.complain("\(Product.name): \(error)")
            return .failure
        }
        let answers = asked.map { root in (root, ask(root)) }
        if json {
            console.write(JSONValue.array(answers.map { json($0, $1) }).text)
        } else {
            let width = answers.map { columns($0.0.text) }.max() ?? 0
            for (root, answer) in answers { console.write(padded(root.text, width) + "  " + line(answer)) }
        }
        return answers.allSatisfy { $1.isPublished } ? .success : .failure
    }

    private func found() throws(CommandError) -> [Path] {
        let directory = Product.stateDirectory
        let names: [String]
        do throws(SystemError) {
            names = try FileDescriptor.openDirectory(directory).entries()
                .map { String(decoding: $0.name, as: UTF8.self) }.sorted()
        } catch {
            throw CommandError(
                message: "cannot list the roots in \(directory): \(error.words)", hint: "name them after --all")
        }
        if names.isEmpty {
            throw CommandError(message: "there is no root in \(directory)", hint: "name them after --all")
        }
        return names.map { Path("\(directory)/\($0)") }
    }

    private enum Answer {
        case status(JSONValue)
        case failed(CommandError)

        var isPublished: Bool {
            if case .status(let value) = self { StatusAnswer(value).published != nil } else { false }
        }
    }

    private func ask(_ root: Path) -> Answer {
        do throws(CommandError) {
            return .status(try ControlClient(.socket(root: root), environment: [:]).get("/v1/status"))
        } catch {
            return .failed(error)
        }
    }

    private func line(_ answer: Answer) -> String {
        switch answer {
        case .status(let value): StatusAnswer(value).headline(console.style)
        case .failed(let error): "\(console.style.bad("No answer")): \(error)"
        }
    }

    private func json(_ root: Path, _ answer: Answer) -> JSONValue {
        switch answer {
        case .status(let value): ["root": .string(root.text), "status": value]
        case .failed(let error): ["root": .string(root.text), "error": .string(error.description)]
        }
    }
}
