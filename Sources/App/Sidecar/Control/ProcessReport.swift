internal import Deployment
internal import Options
internal import Posix

/// The state of this process for people who look for a fault: `/debug/pprof/`.
struct ProcessReport {
    let status: Status

    func text() -> String {
        var lines = ["\(Product.name) \(Product.version)", ""]
        lines += section("loop") { loop }
        lines += section("memory and processor") { () throws(SystemError) in try figures() }
        lines += section("threads") { () throws(SystemError) in try threads() }
        lines += section("descriptors") { () throws(SystemError) in try descriptors() }
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ body: () throws(SystemError) -> [String]) -> [String] {
        do {
            return [title + ":"] + (try body()).map { "  " + $0 } + [""]
        } catch {
            return [title + ":", "  \(error)", ""]
        }
    }

    private var loop: [String] {
        let now = status.now
        let stage = now.state.work.map { work in
            "\(work.stage.rawValue), \(work.began.duration(to: .now).inSeconds) s after the attempt began"
        }
        return [
            "stage: \(stage ?? "none")", "failures in a row: \(now.state.failures)",
            "published: \(now.state.live.map { "\($0.commit)" } ?? "nothing")",
            "remote: \(now.state.remote.map { "\($0.commit) at \($0.verified)" } ?? "not asked yet")",
        ]
    }

    private func figures() throws(SystemError) -> [String] {
        let figures = try ProcessFigures.current()
        return [
            "resident: \(figures.residentBytes) bytes", "processor: \(figures.processorSeconds) s",
            "descriptors: \(figures.openDescriptors) of \(figures.descriptorLimit)", "threads: \(figures.threads)",
        ]
    }

    private func threads() throws(SystemError) -> [String] {
        try FileDescriptor.openDirectory("/proc/self/task").entries().map { entry in
            let id = entry.name.pathText
            // A thread may have ended since it was listed.
            let line = (try? Files.read("/proc/self/task/\(id)/stat", limit: 4096)).map {
                String(decoding: $0, as: UTF8.self)
            }
            // Number, name in parentheses, and the letter of the state.
            return line.map { text in
                let end = text.lastIndex(of: ")") ?? text.startIndex
                return String(text[...end]) + String(text[text.index(after: end)...].prefix(2))
            } ?? "\(id) has ended"
        }
    }

    private func descriptors() throws(SystemError) -> [String] {
        try FileDescriptor.openDirectory("/proc/self/fd").entries().compactMap { entry in
            let number = entry.name.pathText
            // The one that lists them is closed by now.
            guard let target = try? Files.readSymbolicLink("/proc/self/fd/\(number)") else { return nil }
            return "\(number) \(target.pathText)"
        }
    }
}
