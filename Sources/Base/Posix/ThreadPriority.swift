internal import CShims

extension NativeThread {
    /// Lets everything else go before the calling thread, on the processors and on the disk, until it ends.
    public static func yieldToOthers() {
        // Where it is refused the thread is as urgent as others, which is not wrong.
        _ = shim_yield_to_others()
    }
}
