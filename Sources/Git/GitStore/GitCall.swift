internal import CLibgit2
internal import GitFiles
internal import GitObjects
internal import Glibc
internal import Posix

/// Throws when a libgit2 function returned a negative status; the only place that reads libgit2's error text.
///
/// The text belongs to the thread and stays until it is overwritten: it is read, copied and cleared here, at once and
/// on the thread that failed, so that no call ever reports the words of another.
@discardableResult
func check(_ status: Int32, _ operation: @autoclosure () -> String) throws(GitError) -> Int32 {
    guard status < 0 else { return status }
    var message = "libgit2 gives no reason (\(status))"
    var category = GitError.Category.none
    if let last = unsafe git_error_last() {
        category = unsafe GitError.Category(rawValue: last.pointee.klass)
        if let text = unsafe last.pointee.message { message = unsafe sentence(String(cString: text)) }
    }
    git_error_clear()
    let operation = operation()
    throw GitError(
        code: GitError.Code(rawValue: status), category: category, operation: operation, message: message,
        cause: category == .system ? systemCause(message, operation) : nil)
}

/// The system error that libgit2's message ends with; it does not hand out the number itself.
private func systemCause(_ message: String, _ operation: String) -> SystemError? {
    let known = [ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EMFILE, ENFILE, EIO, ENOENT, ENOMEM]
    let code = known.first { message.lowercased().hasSuffix(SystemError.text(of: $0).lowercased()) }
    return code.map { SystemError(code: $0, operation: operation) }
}

/// Runs a libgit2 constructor and returns the handle that it made; the caller owns it.
func owned(
    _ operation: @autoclosure () -> String, _ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
) throws(GitError) -> OpaquePointer {
    var handle: OpaquePointer?
    try check(unsafe make(&handle), operation())
    guard let handle = unsafe handle else {
        throw GitError(code: .unspecified, operation: operation(), message: "libgit2 returned no handle")
    }
    return unsafe handle
}

/// libgit2's words as ours: first letter small unless it begins a name in capitals, no full stop.
private func sentence(_ text: String) -> String {
    var words = text[...]
    while let last = words.last, last == "." || last.isWhitespace { words = words.dropLast() }
    let second = words.dropFirst().first
    guard let first = words.first, first.isUppercase, second?.isUppercase != true else { return String(words) }
    return first.lowercased() + words.dropFirst()
}
