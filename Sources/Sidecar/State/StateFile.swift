internal import JSON
internal import Layout
internal import Posix

/// The file that `State` is kept in.
struct StateFile {
    private let file: Place
    private static let mostBytes = 4 << 20

    init(_ file: Place) {
        self.file = file
    }

    /// What was kept; an empty state when there is nothing, or nothing that can be understood.
    ///
    /// A file that a power cut has damaged must not keep us from serving: what it held is worth less than that.
    func load() throws(SystemError) -> (state: State, problem: String?) {
        let text: String
        do {
            text = String(decoding: try file.read(limit: StateFile.mostBytes), as: UTF8.self)
        } catch {
            if error.isNotFound { return (State(), nil) }
            if error.isWrongKind { return (State(), error.description) }
            throw error
        }
        do throws(JSONError) {
            if let state = State(json: try JSONValue.read(text)) { return (state, nil) }
            return (State(), "it is of a form that this version does not know")
        } catch {
            return (State(), error.description)
        }
    }

    /// Replaces what is kept, as a whole.
    func save(_ state: State) throws(SystemError) {
        try file.replace(Array((state.json.text + "\n").utf8))
    }
}
