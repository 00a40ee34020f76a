internal import CShims
internal import Glibc

/// Starts the program with `descriptors` as its standard input, output and error, and returns its process number.
///
/// The child leads a process group of its own, has every signal at its default and none blocked, and no other
/// descriptor than the three.
func spawn(_ command: Command, _ descriptors: (Int32, Int32, Int32)) throws(SystemError) -> Int32 {
    let path = command.resolvedProgram()
    let arguments = ([command.program] + command.arguments).map { Array($0.utf8) }
    let environment = command.environment.lines
    let directory = command.directory ?? "."
    if (arguments + environment).contains(where: { $0.contains(0) }) {
        throw SystemError(code: EINVAL, operation: "run \(command.program) with a zero byte in an argument or variable")
    }
    var child: Int32 = 0
    let code =
        unsafe withCStrings(arguments) { argumentList in
            unsafe withCStrings(environment) { environmentList in
                unsafe path.withCPath { path in
                    unsafe directory.withCPath { directory in
                        unsafe shim_spawn(
                            &child, path, argumentList, environmentList, command.directory == nil ? nil : directory,
                            descriptors.0, descriptors.1, descriptors.2)
                    } ?? EINVAL
                } ?? EINVAL
            }
        }
    if code != 0 { throw command.explain(code, path) }
    return child
}

/// Lends a list of C strings that ends with a null pointer, as execve(2) wants it.
func withCStrings(
    _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        for byte in string { bytes.append(CChar(bitPattern: byte)) }
        bytes.append(0)
    }
    return unsafe bytes.withUnsafeMutableBufferPointer { storage in
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
        for offset in offsets { unsafe pointers.append(storage.baseAddress.map { unsafe $0 + offset }) }
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeBufferPointer { list in
            guard let first = list.baseAddress else { return EINVAL }
            return unsafe body(first)
        }
    }
}
