internal import Posix

extension SignatureWork {
    /// Asks ssh-keygen: whether the signature is one of the payload, to whom its key belongs, and whether he may.
    func verifySSH(_ allowedSignersFile: String) throws(SignatureError) -> SignatureVerifier.Signer {
        // One copy for all three questions, whatever happens to the file meanwhile.
        let allowed = try write(readKeys(allowedSignersFile), "allowed")
        let signature = ["-s", "\(directory)/signature"]
        // Git judges a key by the time of the commit, so that history stays valid when keys are retired.
        let time = object.time.map { ["-Overify-time=\(SignatureWork.sshTime(Timestamp(seconds: $0)))"] } ?? []

        let check = try run(
            "ssh-keygen", ["-Y", "check-novalidate", "-n", "git"] + signature, package: "openssh-client")
        guard check.isSuccess else { throw rejected("has a bad signature: \(words(check.errorOutput))") }
        let key = check.output.text.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? "of no name"

        let found = try run(
            "ssh-keygen", ["-Y", "find-principals", "-f", allowed] + signature + time, package: "openssh-client")
        guard found.isSuccess else { throw refusal(key, found, allowedSignersFile) }
        var last = found
        for principal in found.output.text.split(whereSeparator: \.isNewline) {
            last = try run(
                "ssh-keygen", ["-Y", "verify", "-n", "git", "-f", allowed, "-I", String(principal)] + signature + time,
                package: "openssh-client")
            if last.isSuccess { return SignatureVerifier.Signer(name: String(principal), key: key) }
        }
        throw refusal(key, last, allowedSignersFile)
    }

    private func refusal(_ key: String, _ result: CommandResult, _ allowedSignersFile: String) -> SignatureError {
        // Remarks such as `…/allowed:1: key has expired: …`. Those about other lines, such as empty ones, do not matter.
        let prefix = "\(directory)/allowed:"
        let remarks = result.errorOutput.text.split(whereSeparator: \.isNewline)
            .filter { $0.hasPrefix(prefix) && $0.contains(": key ") }
            .map { "line \($0.dropFirst(prefix.count))" }
        if remarks.isEmpty {
            return rejected(
                "is signed by an unknown key \(key)", hint: "\(allowedSignersFile) has no signer with that key")
        }
        return rejected(
            "is signed by a key that may not sign, \(key): \(allowedSignersFile) \(remarks.joined(separator: "; "))")
    }

    /// A time as ssh-keygen reads it: `YYYYMMDDHHMMSSZ`.
    private static func sshTime(_ time: Timestamp) -> String {
        String(time.description.prefix(19)).filter(\.isNumber) + "Z"
    }
}
