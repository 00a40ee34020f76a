/// A former name of a parameter: a flag, environment variables, or both.
public struct OldName: Sendable {
    /// The flag without hyphens, or nil when only variables carried the name.
    public let flag: String?
    /// The environment variables.
    public let variables: [String]
    /// Whether the flag may stand alone.
    public let isSwitch: Bool
    /// How its value was written, where that was different.
    let formerUnit: String?
    /// What becomes of it.
    let outcome: Outcome

    enum Outcome: Sendable {
        /// It stands for the parameter; nil when the value says nothing.
        case converted(@Sendable (String) throws(ValueProblem) -> String?)
        /// It has no effect, for this reason.
        case ignored(String)
        /// It is an error; this is what to do instead.
        case refused(String)
    }

    private init(
        _ flag: String?, _ variables: [String], isSwitch: Bool, formerUnit: String? = nil, _ outcome: Outcome
    ) {
        self.flag = flag
        self.variables = variables
        self.isSwitch = isSwitch
        self.formerUnit = formerUnit
        self.outcome = outcome
    }

    /// Environment variables that held the same value as today's.
    static func variables(_ names: String...) -> OldName {
        OldName(nil, names, isSwitch: false, .converted { (text: String) throws(ValueProblem) in text })
    }

    /// A flag and its variables that held the same value as today's.
    static func renamed(_ flag: String, _ variables: String...) -> OldName {
        OldName(flag, variables, isSwitch: false, .converted { (text: String) throws(ValueProblem) in text })
    }

    /// A flag and its variables whose value was written in another way.
    static func renamed(
        _ flag: String, _ variables: String..., unit: String? = nil,
        converting: @escaping @Sendable (String) throws(ValueProblem) -> String?
    ) -> OldName {
        OldName(flag, variables, isSwitch: false, formerUnit: unit, .converted(converting))
    }

    /// A flag and its variables that have no effect any more.
    ///
    /// The flag is worth a warning; variables are set by charts that nobody here can change, and are passed over.
    static func ignored(_ flag: String, _ variables: String..., isSwitch: Bool, because reason: String) -> OldName {
        OldName(flag, variables, isSwitch: isSwitch, .ignored(reason))
    }

    /// A flag and its variables that cannot be obeyed any more.
    static func refused(_ flag: String, _ variables: String..., instead: String) -> OldName {
        OldName(flag, variables, isSwitch: false, .refused(instead))
    }

    /// Turns a number of seconds, with or without a fraction, into a duration.
    static func seconds(_ text: String) throws(ValueProblem) -> String? {
        let characters = text.allSatisfy { "0"..."9" ~= $0 || $0 == "." }
        guard characters, let duration = try? Duration.read(text + "s") else {
            throw ValueProblem("expected a number of seconds, such as 10 or 0.5")
        }
        return duration.text
    }

    /// Turns a whole number of seconds into a duration.
    static func wholeSeconds(_ text: String) throws(ValueProblem) -> String? {
        guard text.allSatisfy({ "0"..."9" ~= $0 }) else {
            throw ValueProblem("expected a whole number of seconds, such as 120")
        }
        return try seconds(text)
    }

    /// Takes a revision over, unless it is the one that meant the branch's tip.
    static func revision(_ text: String) throws(ValueProblem) -> String? { text == "HEAD" ? nil : text }
}
