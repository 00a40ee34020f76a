import Glibc

/// What the fuzzer made up: one byte that chooses how, the others what.
public struct FuzzInput {
    /// Chooses among the ways in which a parser can be used.
    public let choice: UInt8
    /// How large the pieces are in which the bytes are handed over.
    public let chunk: Int
    /// The bytes that a server could have sent.
    public let bytes: [UInt8]

    /// Takes the fuzzer's bytes apart.
    public init(_ data: UnsafePointer<UInt8>?, _ count: Int) {
        let all = Array(UnsafeBufferPointer(start: data, count: count))
        choice = all.first ?? 0
        chunk = [1, 2, 3, 5, 17, 64, 251, 4096][Int(choice >> 5)]
        bytes = Array(all.dropFirst())
    }

    /// Hands the bytes over in one piece, or in small ones.
    public func feed(whole: Bool, _ body: (Span<UInt8>) throws -> Void) rethrows {
        guard !whole else { return try body(bytes.span) }
        var start = 0
        while start < bytes.count {
            let end = min(start + chunk, bytes.count)
            try body(bytes.span.extracting(start..<end))
            start = end
        }
    }
}

/// Stops the fuzzer when a parser does not find the same in the same bytes, however they are cut.
public func requireSame<Value: Equatable>(_ read: (_ whole: Bool) -> Value) {
    let whole = read(true)
    let cut = read(false)
    precondition(whole == cut, "in one piece: \(whole)\nin small pieces: \(cut)")
}

/// What the fuzzer calls with each input.
public typealias FuzzBody = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

/// Hands the program over to the fuzzer.
///
/// The fuzzer's own `main` cannot be used: the package manager puts the module's in its place.
public func runFuzzer(_ body: FuzzBody) -> Never {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, body))
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ body: FuzzBody
) -> CInt
