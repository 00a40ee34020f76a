internal import CShims

/// How many threads can compute at once: the processors that this process may use.
public func usableProcessors() -> Int {
    max(1, Int(shim_usable_processors()))
}
