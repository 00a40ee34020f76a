internal import Glibc
internal import Posix
internal import TestSupport

/// Starts the lanes, each in a mount namespace of its own, prints what they find, and sums it up.
struct Conductor {
    private var arguments: Arguments

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        if arguments.only != nil { self.arguments.lanes = 1 }
    }

    /// In a mount namespace of its own: `/etc` is a copy in which the library is loaded into every program.
    private static let script = #"""
        set -e
        place=$1 preload=$2
        shift 2
        cp -a /etc "$place/etc"
        echo "$preload" > "$place/etc/ld.so.preload"
        : > "$place/etc/git-sidecar-faults"
        mount --bind "$place/etc" /etc
        exec "$@"
        """#

    func run() throws -> Int32 {
        let place = arguments.place
        try TestFiles.makeDirectory(arguments.records)
        let known = try KnownFailures(arguments.sources)
        if arguments.only == nil { say("seed \(arguments.seed)") }
        var summary = Summary(known)
        var lanes: [BackgroundProgram] = []
        defer { lanes.forEach { $0.stop() } }
        let own = TestFiles.linkTarget("/proc/self/exe") ?? ""
        for lane in 0..<arguments.lanes {
            if !arguments.isLong { try TestFiles.remove(arguments.results(ofLane: lane)) }
            try TestFiles.remove("\(arguments.records)/lane-\(lane).log")
            let room = "\(place)/room-\(lane)"
            try TestFiles.makeDirectory(room)
            lanes.append(
                try BackgroundProgram(
                    [
                        "unshare", "--mount", "--propagation=private", "sh", "-c", Conductor.script, "sh", room,
                        arguments.preload, own,
                    ] + arguments.words + ["--lane=\(lane)", "--lanes=\(arguments.lanes)"],
                    log: "\(arguments.records)/lane-\(lane).log"))
        }
        var shown = [Int](repeating: 0, count: lanes.count)
        var (completed, troubles, points) = (0, 0, 0)
        while true {
            let isOver = !lanes.contains { $0.isRunning }
            for lane in lanes.indices {
                let lines = (try? TestFiles.text(arguments.results(ofLane: lane)))?.split(separator: "\n") ?? []
                for line in lines[min(shown[lane], lines.count)...] {
                    if let result = ResultFile.read(line) {
                        summary.add(result)
                        show(result, summary)
                    } else if line.hasPrefix("points ") {
                        points += Int(line.dropFirst(7)) ?? 0
                    } else if line == "complete" {
                        completed += 1
                    } else {
                        if line.hasPrefix("trouble") { troubles += 1 }
                        say(String(line))
                    }
                }
                shown[lane] = lines.count
            }
            if isOver { break }
            usleep(200_000)
        }
        for lane in lanes where lane.waitForEnd() != 0 {
            troubles += 1
            say("a lane ended by itself: \(lane.log.suffix(2000))")
        }
        return conclude(summary, troubles: troubles, isComplete: completed >= lanes.count, points: points)
    }

    private func show(_ result: Result, _ summary: Summary) {
        let news = summary.news(in: result).map(\.check)
        for (check, text) in result.broken where arguments.only != nil || news.contains(check) {
            say("BROKEN \(check): \(text)\n       make faults ONLY='\(result.item)'")
        }
        if arguments.only != nil { say("\(result.item): \(result.isStruck ? "struck" : "not reached")") }
    }

    private func conclude(_ summary: Summary, troubles: Int, isComplete: Bool, points: Int) -> Int32 {
        if arguments.only == nil { say(summary.table) }
        let struck = summary.results.filter(\.isStruck).count
        let broken = summary.results.filter { !summary.news(in: $0).isEmpty }.count
        let expected = summary.results.filter { !$0.broken.isEmpty }.count - broken
        say("\(struck) of \(points) cases struck, \(broken) broke a promise, \(expected) more in a way that is known")
        for line in summary.mended { say("MENDED \(line): take it out of Tests/Faults/known-failures") }
        if troubles == 0, arguments.isLong, !isComplete {
            say("there is more to do: run it again")
            return 75
        }
        return troubles > 0 || broken > 0 || (arguments.only == nil && !summary.mended.isEmpty) ? 1 : 0
    }
}

/// Prints a line at once, whatever standard output is.
func say(_ line: String) { ThisProcess.print(line) }
