/// A key path of `Settings` that a row of the table can keep.
typealias SettingsPath<Value> = any WritableKeyPath<Settings, Value> & Sendable

extension Option {
    /// A row with one value.
    init<Value: OptionValue>(
        _ name: String, _ path: SettingsPath<Value>, _ topic: Topic, _ summary: String, _ details: String = "",
        letter: Character? = nil, form: Form = .flagAndVariable, placeholder: String? = nil,
        check: (@Sendable (Value) -> String?)? = nil, old: [OldName] = [], since: String = "0.1"
    ) {
        let access = ValueAccess(
            read: { (settings: inout Settings, text: String, _: Bool) throws(ValueProblem) in
                settings[keyPath: path] = try Option.checked(text, check)
            },
            print: { $0[keyPath: path].text },
            quotable: { Value.quotable($0) },
            resolve: { $0[keyPath: path] = $0[keyPath: path].resolved(against: $1) })
        self.init(
            Value.self, name, topic, summary, details, letter: letter, form: form, placeholder: placeholder,
            isRepeatable: false, separator: nil, old: old, since: since, access: access)
    }

    /// A row that may be repeated; the first value that is given replaces the default.
    init<Value: OptionValue>(
        _ name: String, list path: SettingsPath<[Value]>, _ topic: Topic, _ summary: String, _ details: String = "",
        placeholder: String? = nil, separator: Character? = "\n", old: [OldName] = [], since: String = "0.1"
    ) {
        let access = ValueAccess(
            read: { (settings: inout Settings, text: String, isFirst: Bool) throws(ValueProblem) in
                let value = try Value.read(text)
                settings[keyPath: path] = isFirst ? [value] : settings[keyPath: path] + [value]
            },
            print: { $0[keyPath: path].map(\.text).joined(separator: separator.map { String($0) } ?? " ") },
            quotable: { Value.quotable($0) },
            resolve: { settings, directory in
                settings[keyPath: path] = settings[keyPath: path].map { $0.resolved(against: directory) }
            })
        self.init(
            Value.self, name, topic, summary, details, letter: nil, form: .flagAndVariable, placeholder: placeholder,
            isRepeatable: true, separator: separator, old: old, since: since, access: access
        )
    }

    /// A row that does something instead of running.
    init(
        _ name: String, action: Invocation.Action, _ topic: Topic, _ summary: String, _ details: String = "",
        letter: Character? = nil, since: String = "0.1"
    ) {
        self.name = name
        self.letter = letter
        self.topic = topic
        self.summary = summary
        self.details = details
        form = .flagOnly
        placeholder = ""
        choices = []
        isSwitch = true
        isPath = false
        isRepeatable = false
        separator = nil
        oldNames = []
        self.since = since
        access = .action(action)
    }

    private init<Value: OptionValue>(
        _ type: Value.Type, _ name: String, _ topic: Topic, _ summary: String, _ details: String, letter: Character?,
        form: Form, placeholder: String?, isRepeatable: Bool, separator: Character?, old: [OldName], since: String,
        access: ValueAccess
    ) {
        self.name = name
        self.letter = letter
        self.topic = topic
        self.summary = summary
        self.details = details
        self.form = form
        self.placeholder = placeholder ?? Value.placeholder
        choices = Value.choices
        isSwitch = Value.isSwitch
        isPath = Value.isPath
        self.isRepeatable = isRepeatable
        self.separator = separator
        oldNames = old
        self.since = since
        self.access = .value(access)
    }

    private static func checked<Value: OptionValue>(
        _ text: String, _ check: (@Sendable (Value) -> String?)?
    ) throws(ValueProblem) -> Value {
        let value = try Value.read(text)
        if let message = check?(value) { throw ValueProblem(message) }
        return value
    }
}

/// Refuses values below a limit, as the `check` of a row.
func atLeast<Value: OptionValue & Comparable>(_ limit: Value) -> @Sendable (Value) -> String? {
    { $0 < limit ? "must be at least \(limit.text)" : nil }
}

/// Refuses values below a limit, as the `check` of a row whose value may be missing.
func atLeast<Value: OptionValue & Comparable>(_ limit: Value) -> @Sendable (Value?) -> String? {
    { value in value.flatMap { $0 < limit ? "must be at least \(limit.text)" : nil } }
}

/// Refuses values outside a range, as the `check` of a row.
func within(_ range: ClosedRange<Int>) -> @Sendable (Int) -> String? {
    { range.contains($0) ? nil : "must be from \(range.lowerBound) to \(range.upperBound)" }
}
