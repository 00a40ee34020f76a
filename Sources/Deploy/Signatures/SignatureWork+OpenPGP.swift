internal import Crypto
internal import Posix

extension SignatureWork {
    /// Asks gpgv, which trusts every key of its keyring and no other.
    func verifyOpenPGP(_ keyringFile: String) throws(SignatureError) -> SignatureVerifier.Signer {
        let keyring = try write(binaryKeys(readKeys(keyringFile), keyringFile), "keyring")
        let payload = try write(object.payload, "payload")
        let result = try run(
            "gpgv",
            [
                "--homedir", directory, "--keyring", keyring, "--status-fd", "1", "--", "\(directory)/signature",
                payload,
            ], package: "gpgv")
        let status = result.output.text.split(whereSeparator: \.isNewline).compactMap { line -> [Substring]? in
            line.hasPrefix("[GNUPG:] ") ? line.split(separator: " ", maxSplits: 3).dropFirst().map { $0 } : nil
        }
        func line(_ name: String) -> [Substring]? { status.first { $0.first?.elementsEqual(name) == true } }
        let key =
            (line("VALIDSIG") ?? line("ERRSIG") ?? line("BADSIG"))?.dropFirst().first.map(String.init) ?? "of no name"
        // Of several signatures all would have to be judged; git makes one.
        if status.filter({ $0.first == "NEWSIG" }).count > 1 { throw rejected("has more than one signature") }
        if line("BADSIG") != nil { throw rejected("has a bad signature by key \(key)") }
        if line("REVKEYSIG") != nil { throw rejected("is signed by a revoked key \(key)") }
        if line("EXPKEYSIG") != nil { throw rejected("is signed by an expired key \(key)") }
        if line("EXPSIG") != nil { throw rejected("has a signature that has expired, by key \(key)") }
        if line("NO_PUBKEY") != nil {
            throw rejected("is signed by an unknown key \(key)", hint: "\(keyringFile) has no such key")
        }
        guard result.isSuccess, let good = line("GOODSIG"), line("VALIDSIG") != nil else {
            throw rejected("has a signature that gpgv does not accept: \(words(result.errorOutput))")
        }
        return SignatureVerifier.Signer(name: good.dropFirst(2).joined(separator: " "), key: key)
    }

    /// The keys as gpgv wants them, which reads no armour.
    private func binaryKeys(_ bytes: [UInt8], _ path: String) throws(SignatureError) -> [UInt8] {
        guard bytes.starts(with: "-----BEGIN PGP PUBLIC KEY BLOCK-----".utf8) else { return bytes }
        var keys: [UInt8] = []
        var isBody = false
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: "-----BEGIN ".utf8) || line.starts(with: "-----END ".utf8) {
                isBody = false
            } else if line.isEmpty || line.elementsEqual("\r".utf8) {
                // An empty line ends the headers of the armour.
                isBody = true
            } else if line.starts(with: "=".utf8) {
                // The checksum; gpgv would find damage too.
                isBody = false
            } else if isBody {
                guard let piece = Base64.bytes(line) else {
                    throw SignatureError(unable: operation, "the keys in \(path) are damaged")
                }
                keys += piece
            }
        }
        return keys
    }
}
