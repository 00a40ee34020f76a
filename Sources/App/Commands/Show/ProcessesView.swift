internal import ControlAPI
internal import Figures
internal import JSON
internal import Posix
internal import Telemetry

/// `git-sidecar processes`, for people.
struct ProcessesView {
    let answer: JSONValue
    let now: Timestamp
    let style: Style
    let width: Int

    func lines() -> [String] {
        // Threads of the kernel, which have no memory of their own, are seen outside of containers only.
        let processes = (answer["processes"]?.elements ?? []).filter { process in
            process["signalled"]?.flag == true || process["memory"]?.integer != 0
                || process["command"]?.string?.hasPrefix("[") == false
        }
        var table = Table()
        let heading: [(String, Bool)] = [
            ("PID", true), ("USER", false), ("CPU", true), ("MEM", true), ("START", false), ("SIGNAL", false),
            ("COMMAND", false),
        ]
        table.add(heading.map { .init($0.0, .strong, isRight: $0.1) })
        for process in processes {
            let isSignalled = process["signalled"]?.flag == true
            let user = process.text("user") ?? process["uid"]?.integer.map { "\($0)" } ?? "?"
            table.add(
                .init(process["pid"]?.integer.map { "\($0)" } ?? "?", isRight: true), .init(user),
                .init(process["cpu_seconds"]?.double.map { cpu($0) } ?? "", isRight: true),
                .init(process["memory"]?.integer.map { bytesText(UInt64(clamping: $0)) } ?? "", isRight: true),
                .init(process.time("started").map { start($0) } ?? ""),
                .init(isSignalled ? "yes" : "no", isSignalled ? .good : .faint),
                .init(process.text("command") ?? "", isSignalled ? .good : .usual))
        }
        return table.lines(style, width: width, flexible: 6) + reasons(processes) + targets()
    }

    // The processes for which the same holds are named together.
    private func reasons(_ processes: [JSONValue]) -> [String] {
        var groups: [(why: String, isSignalled: Bool, numbers: [String])] = []
        for process in processes {
            guard let why = process.text("why"), !why.isEmpty, let number = process["pid"]?.integer else { continue }
            let isSignalled = process["signalled"]?.flag == true
            if let place = groups.firstIndex(where: { $0.why == why && $0.isSignalled == isSignalled }) {
                groups[place].numbers.append("\(number)")
            } else {
                groups.append((why, isSignalled, ["\(number)"]))
            }
        }
        var lines: [String] = []
        for (isSignalled, title) in [(true, "A signal would reach"), (false, "It would not reach")] {
            let some = groups.filter { $0.isSignalled == isSignalled }
            if some.isEmpty { continue }
            lines += ["", style.strong(title)]
            for group in some {
                let more = group.numbers.count > 5 ? " and \(group.numbers.count - 5) more" : ""
                let who = group.numbers.prefix(5).joined(separator: ", ") + more
                let text = folded("\(who): \(group.why)", width - 4)
                lines += text.enumerated().map { ($0.offset == 0 ? "  " : "    ") + $0.element }
            }
        }
        return lines
    }

    private func targets() -> [String] {
        let targets = answer["targets"]?.elements ?? []
        if targets.isEmpty { return ["", "No target is given, so that nobody is signalled (--signal-target)."] }
        return targets.compactMap { target in
            target.text("problem").map { "\n\(style.bad(target.text("target") ?? "")): \($0)" }
        }
    }

    private func cpu(_ seconds: Double) -> String {
        seconds < 60
            ? "\(Int(saturating: seconds * 10) / 10).\(Int(saturating: seconds * 10) % 10)s"
            : "\(Int(saturating: seconds) / 60)m\(Int(saturating: seconds) % 60)s"
    }

    // The time of a day that is today, the day otherwise; UTC.
    private func start(_ time: Timestamp) -> String {
        let text = "\(time)"
        let isToday = text.prefix(10) == "\(now)".prefix(10)
        return isToday ? String(text.dropFirst(11).prefix(5)) : String(text.dropFirst(5).prefix(5))
    }
}
