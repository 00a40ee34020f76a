internal import Glibc
internal import Posix

/// A descriptor of ours and the number that it gets in a child.
struct InheritedDescriptor {
    let ours: Int32
    let theirs: Int32
}

/// Starts a program in a process group of its own; it inherits the descriptors that are named and no other.
func spawn(
    _ command: [String], environment: [String: String], directory: String? = nil, inheriting: [InheritedDescriptor]
) throws(SystemError) -> pid_t {
    // posix_spawn cannot change the directory here; env(1) can, and leaves the process to the program.
    let command = directory.map { ["env", "-C", $0] + command } ?? command
    let program = try programPath(command[0])
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // Numbers above any target, so that no dup2 in the child overwrites the source of a later one.
    var raised: [Int32] = []
    defer { raised.forEach { close($0) } }
    for descriptor in inheriting {
        let copy = fcntl(descriptor.ours, F_DUPFD_CLOEXEC, 64)
        if copy < 0 { throw SystemError.last("duplicate a descriptor for \(command[0])") }
        raised.append(copy)
        unsafe posix_spawn_file_actions_adddup2(&actions, copy, descriptor.theirs)
    }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var nothing = sigset_t()
    var everything = sigset_t()
    unsafe sigemptyset(&nothing)
    unsafe sigfillset(&everything)
    unsafe posix_spawnattr_setsigmask(&attributes, &nothing)
    unsafe posix_spawnattr_setsigdefault(&attributes, &everything)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var child: pid_t = 0
    let status = unsafe withCStrings([program] + command.dropFirst()) { arguments in
        unsafe withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
            unsafe posix_spawn(&child, program, &actions, &attributes, arguments, variables)
        }
    }
    if status != 0 { throw SystemError(code: status, operation: "start \(program)") }
    return child
}

/// Where servers and tools are looked for; the caller's PATH often lacks the `sbin` directories.
let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/// The full path of a program.
func programPath(_ name: String) throws(SystemError) -> String {
    if name.contains("/") { return name }
    for directory in searchPath.split(separator: ":") {
        let candidate = "\(directory)/\(name)"
        if unsafe access(candidate, X_OK) == 0 { return candidate }
    }
    throw SystemError(code: ENOENT, operation: "find the program \(name)")
}

private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else {
            preconditionFailure("an array that holds nil has an address")
        }
        return unsafe body(base)
    }
}
