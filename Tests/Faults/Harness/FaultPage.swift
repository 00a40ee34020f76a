internal import CFaultControl
internal import Posix

/// The control page of a lane: what the library that is loaded into the program is told, and what it tells back.
@safe final class FaultPage {
    private let page: OpaquePointer

    /// Where the library looks for it.
    static let path = "/etc/git-sidecar-faults"

    init(program: String, root: String) throws {
        guard let made = unsafe fault_page_make(FaultPage.path) else {
            throw Trouble("cannot make \(FaultPage.path)")
        }
        unsafe page = made
        unsafe fault_page_limit(page, program, root)
    }

    deinit {
        unsafe fault_page_close(page)
    }

    /// Records calls and strikes none.
    func trace(_ kinds: Kinds) {
        unsafe fault_page_arm(page, UInt32(FAULT_TRACE_ONLY), kinds.rawValue, "", "", 0, 0, 0)
    }

    /// Strikes at a point.
    func arm(_ mode: Mode, _ point: Point) {
        unsafe fault_page_arm(
            page, mode.control, mode.kinds.rawValue, point.call, point.path, UInt32(point.occurrence), mode.error,
            mode.lasting.rawValue)
    }

    /// Kills at the `number`th call of those that change something.
    func armKill(at number: Int) {
        unsafe fault_page_arm(
            page, Mode.kill.control, Mode.kill.kinds.rawValue, "", "", UInt32(number), 0, 0)
    }

    func clear() { unsafe fault_page_clear(page) }

    var isArmed: Bool { unsafe fault_page_is_armed(page) != 0 }

    var strikes: Int { unsafe Int(fault_page_strikes(page)) }

    /// The calls of the last trace, in order.
    var calls: [(kinds: Kinds, call: String, path: String)] {
        let count = unsafe fault_page_traced(page)
        return (0..<count).map { number in
            let kinds = Kinds(rawValue: unsafe fault_page_trace_kind(page, number))
            let call = unsafe String(cString: fault_page_trace_name(page, number))
            let path = unsafe String(cString: fault_page_trace_path(page, number))
            return (kinds, call, path)
        }
    }
}

/// What system calls do.
struct Kinds: OptionSet {
    let rawValue: UInt32

    static let read = Kinds(rawValue: UInt32(FAULT_READ))
    static let open = Kinds(rawValue: UInt32(FAULT_OPEN))
    static let create = Kinds(rawValue: UInt32(FAULT_CREATE))
    static let write = Kinds(rawValue: UInt32(FAULT_WRITE))
    static let sync = Kinds(rawValue: UInt32(FAULT_SYNC))
    static let name = Kinds(rawValue: UInt32(FAULT_NAME))
    static let removal = Kinds(rawValue: UInt32(FAULT_REMOVE))
    static let change = Kinds(rawValue: UInt32(FAULT_CHANGE))
    static let map = Kinds(rawValue: UInt32(FAULT_MAP))
    static let spawn = Kinds(rawValue: UInt32(FAULT_SPAWN))
    static let tell = Kinds(rawValue: UInt32(FAULT_TELL))

    static let everything: Kinds = [
        .read, .open, .create, .write, .sync, .name, .removal, .change, .map, .spawn, .tell,
    ]
}

/// Something that keeps the harness itself from working.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
