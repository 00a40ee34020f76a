/// A file that cannot be written as its attributes ask.
public struct FilterError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: Equatable, Sendable {
        /// `working-tree-encoding` is set or unset, but names nothing.
        case encodingWithoutName
        /// The content cannot be written in the encoding.
        case encoding(name: String, reason: String)
    }

    /// What failed.
    public let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// What failed, for people.
    public var description: String {
        switch code {
        case .encodingWithoutName:
            "cannot read the attribute working-tree-encoding: it names no encoding; write working-tree-encoding=NAME"
        case .encoding(let name, let reason):
            "cannot write text in the encoding \(name): \(reason)"
        }
    }
}
