internal import CFaultControl
internal import Glibc

/// What happens at a point.
enum Mode: String, CaseIterable {
    case kill
    case killAfter = "kill-after"
    case killTwice = "kill-twice"
    case eio
    case eioLasting = "eio-lasting"
    case enospc
    case enospcLasting = "enospc-lasting"
    case emfile
    case emfileLasting = "emfile-lasting"
    case eacces
    case eaccesLasting = "eacces-lasting"
    case enomem
    case shortWrite = "short-write"
    case shortThenFull = "short-then-full"

    var kills: Bool { self == .kill || self == .killAfter || self == .killTwice }

    /// The calls at which it makes sense.
    var kinds: Kinds {
        switch self {
        // What is killed before a call that changes nothing is what was killed before the next that does.
        case .kill: [.create, .write, .name, .removal, .change, .spawn, .tell]
        case .killAfter: [.name, .tell]
        case .killTwice: [.create, .name]
        case .eio: [.read, .open, .create, .write, .sync, .name, .removal, .change, .map]
        case .eioLasting: [.read, .open, .create, .write, .sync, .name]
        case .enospc, .enospcLasting: [.create, .write, .name]
        case .emfile, .emfileLasting: [.open, .create, .spawn]
        case .eacces, .eaccesLasting: [.open, .create, .name, .removal]
        case .enomem: [.map, .spawn]
        case .shortWrite, .shortThenFull: [.write]
        }
    }

    /// The calls that go on failing until the harness ends it.
    var lasting: Kinds {
        switch self {
        case .eioLasting: [.read, .open, .create, .write, .sync, .name, .removal, .map]
        case .enospcLasting, .shortThenFull: [.create, .write, .name]
        case .emfileLasting: [.open, .create, .spawn]
        case .eaccesLasting: [.open, .create, .name, .removal]
        default: []
        }
    }

    var error: Int32 {
        switch self {
        case .eio, .eioLasting: EIO
        case .enospc, .enospcLasting, .shortThenFull: ENOSPC
        case .emfile, .emfileLasting: EMFILE
        case .eacces, .eaccesLasting: EACCES
        case .enomem: ENOMEM
        default: 0
        }
    }

    /// What the library calls it.
    var control: UInt32 {
        switch self {
        case .kill, .killTwice: UInt32(FAULT_KILL)
        case .killAfter: UInt32(FAULT_KILL_AFTER)
        case .shortWrite, .shortThenFull: UInt32(FAULT_SHORT_WRITE)
        default: UInt32(FAULT_FAIL)
        }
    }
}

/// A call of a scenario: the name of the function, the path below the root with a star for what differs between runs, and
/// which of these it is, from 1.
struct Point: Hashable, CustomStringConvertible {
    let call: String
    let path: String
    let occurrence: Int

    var description: String { "\(call):\(occurrence):\(path)" }
}

/// One try: a scenario, a mode and a point.
///
/// Its text repeats it alone.
struct Case: Hashable, CustomStringConvertible {
    let scenario: String
    let mode: Mode
    let point: Point

    init(scenario: String, mode: Mode, point: Point) {
        self.scenario = scenario
        self.mode = mode
        self.point = point
    }

    /// Reads what `description` gives.
    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 4).map { String($0) }
        guard parts.count == 5, let mode = Mode(rawValue: parts[1]), let occurrence = Int(parts[3]), occurrence > 0
        else { return nil }
        self.init(
            scenario: parts[0], mode: mode, point: Point(call: parts[2], path: parts[4], occurrence: occurrence))
    }

    var description: String { "\(scenario):\(mode.rawValue):\(point)" }

    /// A number for a text that is the same in every run.
    static func number(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// At which call the program is killed again after its restart.
    var second: Int { Int((Case.number(description) >> 7) % 60) + 1 }
}
