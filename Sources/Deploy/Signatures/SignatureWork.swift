internal import GitProtocol
internal import Posix

/// One check of one signature: a private directory with what the programs read, and what they said.
struct SignatureWork {
    let verifier: SignatureVerifier
    let object: SignedObject
    let operation: String
    let name: String
    let directory: String
    let deadline: Deadline

    init(
        _ verifier: SignatureVerifier, _ object: SignedObject, operation: String, name: String, in place: String,
        _ deadline: Deadline
    ) throws(SignatureError) {
        self.verifier = verifier
        self.object = object
        self.operation = operation
        self.name = name
        self.deadline = deadline
        // What a crash left there goes first.
        directory = "\(place)/git-sidecar-signature"
        do {
            try Files.removeTree(directory)
            try Files.makeDirectory(directory, mode: 0o700)
        } catch {
            throw SignatureError(unable: operation, "\(error)")
        }
        try write(object.signature, "signature")
    }

    /// Removes the directory; what cannot be removed goes at the next check.
    func remove() {
        try? Files.removeTree(directory)
    }

    @discardableResult
    func write(_ bytes: [UInt8], _ file: String) throws(SignatureError) -> String {
        do {
            try AtomicFile.write(bytes, to: "\(directory)/\(file)", mode: 0o600)
            return "\(directory)/\(file)"
        } catch {
            throw SignatureError(unable: operation, "\(error)")
        }
    }

    /// Reads a file of keys, so that one that is missing is not taken for one that lacks a key.
    func readKeys(_ path: String) throws(SignatureError) -> [UInt8] {
        do {
            return try Files.read(path, limit: 16 << 20)
        } catch {
            throw SignatureError(unable: operation, "\(error)")
        }
    }

    /// Runs a program with the payload on its standard input; it is an error only when it did not come to an end.
    func run(_ program: String, _ arguments: [String], package: String) throws(SignatureError) -> CommandResult {
        var environment = verifier.environment
        environment["LC_ALL"] = "C"
        let result: CommandResult
        do {
            result = try runCommand(
                Command(program, arguments, environment: environment, directory: directory), input: object.payload,
                deadline: deadline)
        } catch {
            throw SignatureError(
                unable: operation, "\(error)", hint: error.isNotFound ? "install the package \(package)" : nil)
        }
        if result.interruption != nil { throw SignatureError(unable: operation, "\(program) \(result.reason)") }
        return result
    }

    func rejected(_ message: String, hint: String? = nil) -> SignatureError {
        SignatureError(rejected: operation, "\(name) \(message)", hint: hint)
    }

    /// What a program said, as a part of one line.
    func words(_ output: BoundedOutput) -> String {
        let lines = output.text.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return printableText(Array(lines.utf8).span, limit: 400)
    }
}
