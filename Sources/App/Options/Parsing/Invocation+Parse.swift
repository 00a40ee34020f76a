extension Invocation {
    /// Reads a command line, without the program's name, and an environment.
    ///
    /// Nothing is looked at besides the two, and every mistake is collected. The command line counts before the
    /// environment. On the command line today's name counts before former ones; in the environment a former one counts, as
    /// in git-sync.
    public static func parse(arguments: [String], environment: [String: String]) -> Invocation {
        var reader = CommandLineReader(arguments)
        reader.read()
        let variables = EnvironmentReader(environment)
        var invocation = Invocation()
        invocation.action = reader.action
        invocation.command = reader.command ?? .run
        invocation.arguments = reader.arguments
        invocation.problems = reader.problems
        let given = Dictionary(grouping: reader.given + variables.given, by: \.row.name)
        for row in OptionTable.all {
            if let values = given[row.name] { invocation.settle(row, values) }
        }
        invocation.warnings += variables.warnings
        return invocation
    }

    // Chooses among all that was given for a row, and takes it over.
    private mutating func settle(_ row: Option, _ values: [Given]) {
        let usable = values.filter { isUsable($0) }
        let levels = Invocation.levels(of: row, usable)
        guard let winner = levels.first, let first = winner.first else { return }
        // Elsewhere the last one counts. Whoever asks about two roots wants to know of both.
        if command.isControl, row.name == "root", let last = winner.last, last.text != first.text {
            let (one, other) = (printable(first.text), printable(last.text))
            problems.append(
                Problem(first.source.name, "there are two, \(one) and \(other): status --all takes several"))
        }
        let source = first.source
        provenance[row.name] = source
        var isFirst = true
        for value in winner where take(value, isFirst: isFirst) { isFirst = false }
        // An old variable that counts although today's is there: whoever set both meant today's, or the old one.
        let today = levels.dropFirst().first { $0.first?.old == nil }
        let isOldVariable = first.old != nil && first.isFromEnvironment
        if isOldVariable, let today, Invocation.agree(row, winner, today) || !Invocation.repeatsDefault(row, today) {
            if !Invocation.agree(row, winner, today) {
                warnings.append(
                    "\(Invocation.subject(of: winner)) counts, as in git-sync, and \(Invocation.subject(of: today)),"
                        + " which differs, does not: keep one of them")
            }
        } else {
            warnAboutUse(row, winner)
        }
        for loser in levels.dropFirst() {
            guard let first = loser.first, first.old != nil, !Invocation.isRepetition(loser, of: winner) else {
                continue
            }
            warnings.append("\(first.source.name): an old name without effect here, since \(source.name) is given")
        }
    }

    /// The variable or flag of some values with all of them, as far as they may be shown.
    private static func subject(of values: [Given]) -> String {
        guard let first = values.first else { return "" }
        guard let separator = first.row.separator, case .value(let access) = first.row.access else {
            return first.subject
        }
        let shown = values.compactMap { access.quotable($0.text) }
        if shown.count < values.count { return first.source.name }
        return "\(first.source.name)=\(printable(shown.joined(separator: String(separator))))"
    }

    /// Whether two groups of values come to the same.
    private static func agree(_ row: Option, _ one: [Given], _ other: [Given]) -> Bool {
        if one.map(\.text) == other.map(\.text) { return true }
        // What is not shown whole cannot be compared by what is shown of it.
        guard case .value(let access) = row.access, (one + other).allSatisfy({ access.quotable($0.text) == $0.text }),
            let text = text(row, one)
        else { return false }
        return text == self.text(row, other)
    }

    /// What some values come to, as it would be written today; nil when they cannot be read.
    private static func text(_ row: Option, _ values: [Given]) -> String? {
        var invocation = Invocation()
        for (index, value) in values.enumerated() where !invocation.take(value, isFirst: index == 0) { return nil }
        return row.text(in: invocation.settings)
    }

    // Reports the former names that are without effect or refused.
    private mutating func isUsable(_ value: Given) -> Bool {
        switch value.old?.outcome {
        case .ignored(let reason):
            if !value.isFromEnvironment {
                warnings.append("\(value.source.name): has no effect any more, since \(reason)")
            }
            return false
        case .refused(let advice):
            problems.append(
                Problem(
                    value.source.name, "not supported any more: \(advice)", isFromEnvironment: value.isFromEnvironment))
            return false
        case .converted, nil:
            return true
        }
    }

    // What was given, in groups: the first counts. Today's flag, former flags in the row's order, former variables, and
    // today's variable.
    private static func levels(of row: Option, _ values: [Given]) -> [[Given]] {
        let flags = values.filter { $0.old == nil && !$0.isFromEnvironment }
        let variables = values.filter { $0.old == nil && $0.isFromEnvironment }
        var former: [[Given]] = []
        for isFromEnvironment in [false, true] {
            for place in row.oldNames.indices {
                let group = values.filter { $0.oldPlace == place && $0.isFromEnvironment == isFromEnvironment }
                // Several variables of one former name are alternatives, not a list: the last counts, as in git-sync.
                former.append(group.filter { $0.source == group.last?.source || !isFromEnvironment })
            }
        }
        former = former.filter { group in group.contains { says($0) } }
        return ([flags] + former + [variables]).filter { !$0.isEmpty }
    }

    // Images set variables to the defaults; that says nothing against a former name that somebody chose.
    private static func repeatsDefault(_ row: Option, _ values: [Given]) -> Bool {
        text(row, values) == row.defaultText
    }

    // Whether a former name's value means anything today; a value that cannot be read does, so that it is reported.
    private static func says(_ value: Given) -> Bool {
        guard case .converted(let convert) = value.old?.outcome else { return true }
        do throws(ValueProblem) { return try convert(value.text) != nil } catch { return true }
    }

    private static func isRepetition(_ group: [Given], of other: [Given]) -> Bool {
        group.map(\.text) == other.map(\.text) && group.first?.oldPlace == other.first?.oldPlace
    }

    // Reads one value into the settings; false when it cannot be read.
    private mutating func take(_ value: Given, isFirst: Bool) -> Bool {
        guard case .value(let access) = value.row.access else { return false }
        do throws(ValueProblem) {
            var text = value.text
            if case .converted(let convert) = value.old?.outcome {
                guard let converted = try convert(text) else { return false }
                text = converted
            }
            try access.read(&settings, text, isFirst)
            return true
        } catch {
            problems.append(value.problem(error.message))
            return false
        }
    }

    private mutating func warnAboutUse(_ row: Option, _ winner: [Given]) {
        guard let first = winner.first else { return }
        let name = first.source.name
        if row.name == "password", !first.isFromEnvironment {
            warnings.append(
                "\(name): everybody on the machine can read it there; use --password-file, or GITSYNC_PASSWORD")
        } else if row.name == "credential", !first.isFromEnvironment,
            settings.credentials.contains(where: { $0.list.contains { $0.password != nil } })
        {
            warnings.append("\(name): everybody on the machine can read the password there; use \"password-file\"")
        } else if row.name == "git" {
            warnings.append("\(name): has no effect, since no git program is run")
        } else if first.old != nil {
            let today = first.isFromEnvironment ? row.variable : row.flag
            warnings.append("\(name): an old name; use \(today ?? row.label)\(newForm(of: row, first))")
        }
    }

    // The value under today's name, where it had to be converted and may be shown.
    private func newForm(of row: Option, _ value: Given) -> String {
        guard case .value(let access) = row.access, access.quotable("") != nil else { return "" }
        let text = row.text(in: settings)
        return text == value.text ? "" : "=\(printable(text))"
    }
}
