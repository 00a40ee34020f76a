internal import Glibc

/// Reads the content of one file after another through one buffer.
public struct TreeReader {
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// A reader with a buffer of its own.
    public init() {}

    /// Shows the rest of a file to a closure, piece by piece, until it ends or the closure returns false.
    public mutating func read<Failure: Error>(
        _ file: borrowing FileDescriptor, _ body: (Span<UInt8>) throws(Failure) -> Bool
    ) throws(SystemError) -> Result<Void, Failure> {
        let number = file.number
        while true {
            let count = try systemCall("read a file") {
                unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
            }
            if count == 0 { return .success(()) }
            do throws(Failure) {
                guard try body(buffer.span.extracting(first: count)) else { return .success(()) }
            } catch {
                return .failure(error)
            }
        }
    }

    /// Whether the rest of a file is exactly these bytes.
    public mutating func rest(
        of file: borrowing FileDescriptor, equals expected: Span<UInt8>
    ) throws(SystemError) -> Bool {
        var position = 0
        var isEqual = true
        _ = try read(file) { (piece) throws(Never) in
            isEqual =
                piece.count <= expected.count - position
                && areEqual(piece, expected.extracting(position..<position + piece.count))
            position += piece.count
            return isEqual
        }
        return isEqual && position == expected.count
    }
}

/// Whether two runs of bytes are the same.
public func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    if left.isEmpty { return true }
    return unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            guard let first = left.baseAddress, let second = right.baseAddress else { return false }
            return unsafe memcmp(first, second, left.count) == 0
        }
    }
}

/// How two runs of bytes compare, byte by byte and the shorter first: below, at or above zero.
public func order(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    let shared = min(left.count, right.count)
    guard shared > 0 else { return left.count - right.count }
    let difference = unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
            return unsafe Int(memcmp(first, second, shared))
        }
    }
    return difference != 0 ? difference : left.count - right.count
}
