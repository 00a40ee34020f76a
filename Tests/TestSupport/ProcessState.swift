internal import Glibc
internal import Posix

/// What this process holds at one moment, for tests that prove that nothing is left over.
///
/// Other tests run in the same process: compare two states inside an exit test (`#expect(processExitsWith:)`).
public struct ProcessState: Sendable, Equatable, CustomStringConvertible {
    /// The running or unreaped children, by process number, with their names.
    public let children: [Int32: String]
    /// The open descriptors, with what they are.
    public let descriptors: [Int32: String]
    /// How many threads there are.
    public let threads: Int
    /// The resident memory in bytes.
    public let residentBytes: Int

    /// What this process holds now.
    public static func now() throws -> ProcessState {
        var children: [Int32: String] = [:]
        let tasks = try TestFiles.list("/proc/self/task")
        for task in tasks {
            // A thread may have ended since it was listed.
            let numbers = (try? TestFiles.text("/proc/self/task/\(task)/children")) ?? ""
            for number in numbers.split(separator: " ").compactMap({ Int32($0) }) {
                let name = (try? TestFiles.text("/proc/\(number)/comm")) ?? ""
                children[number] = String(name.prefix { $0 != "\n" })
            }
        }
        var descriptors: [Int32: String] = [:]
        for name in try TestFiles.list("/proc/self/fd") {
            // The descriptor that lists the directory is closed by now.
            if let number = Int32(name), let target = TestFiles.linkTarget("/proc/self/fd/\(name)") {
                descriptors[number] = target
            }
        }
        let pages = try TestFiles.text("/proc/self/statm").split(separator: " ")
        return ProcessState(
            children: children, descriptors: descriptors, threads: tasks.count,
            residentBytes: (pages.count > 1 ? Int(pages[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// Waits until this process has no child and no descriptor that it did not have in `self`, nor a thread more than
    /// those that are spared.
    public func waitUntilNothingIsLeft(within limit: Duration = .seconds(5), sparingThreads spared: Int = 0) throws {
        var leftovers = ""
        try waitUntil("everything is given back; left over: \(leftovers)", within: limit) {
            let state = try ProcessState.now()
            let children = state.children.filter { self.children[$0.key] != $0.value }
            let descriptors = state.descriptors.filter { self.descriptors[$0.key] != $0.value }
            leftovers = "children \(children), descriptors \(descriptors), threads \(state.threads - threads)"
            return children.isEmpty && descriptors.isEmpty && state.threads <= threads + spared
        }
    }

    /// Everything in it.
    public var description: String {
        "children \(children), descriptors \(descriptors), \(threads) threads, \(residentBytes) bytes"
    }
}
