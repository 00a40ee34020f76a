internal import CCrypto

/// A key that cannot be used, or an operation of libcrypto that failed; it repeats nothing of the key.
public struct CryptoError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, such as `it is no RSA key`.
    public let message: String
    /// What the user can do about it.
    public let hint: String?

    /// Describes a failure.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// `<message>; <hint>`.
    public var description: String { message + (hint.map { "; \($0)" } ?? "") }
}

/// An RSA private key, for signing; freed when this value goes.
@safe public struct RSAPrivateKey: ~Copyable {
    private let raw: OpaquePointer

    /// Reads a key in PEM, be it PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`).
    ///
    /// - Throws: when it is encrypted, damaged, of another kind, or no private key at all.
    public init(pem: [UInt8]) throws(CryptoError) {
        try RSAPrivateKey.checkKind(of: pem)
        guard let key = unsafe try RSAPrivateKey.read(pem) else {
            throw CryptoError(
                "it is damaged or was cut", hint: "a file that is being replaced is read again at the next attempt")
        }
        guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
            unsafe EVP_PKEY_free(key)
            throw CryptoError("it is no RSA key")
        }
        unsafe raw = key
    }

    deinit {
        unsafe EVP_PKEY_free(raw)
    }

    /// The key that is in the text; nil when libcrypto finds none.
    private static func read(_ pem: [UInt8]) throws(CryptoError) -> OpaquePointer? {
        // The source does not copy the bytes: it must be gone before they are.
        unsafe try pem.span.withUnsafeBytes { bytes throws(CryptoError) in
            guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else {
                throw CryptoError("libcrypto has no memory")
            }
            defer { unsafe BIO_free(source) }
            // Without a callback libcrypto would ask the terminal for a passphrase.
            let key = unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
            // What it left in its queue must not be taken for the reason of a later failure.
            ERR_clear_error()
            return unsafe key
        }
    }

    /// The signature of a message by RSASSA-PKCS1-v1_5 with SHA-256: what JSON Web Tokens call RS256.
    public borrowing func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoError("libcrypto has no memory") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var count = Int(unsafe EVP_PKEY_get_size(raw))
        var signature = [UInt8](repeating: 0, count: count)
        let isDone =
            unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, raw) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        ERR_clear_error()
        guard isDone else { throw CryptoError("libcrypto cannot sign with it") }
        signature.removeLast(signature.count - count)
        return signature
    }

    /// Says what is wrong with a key that is not the kind wanted, better than libcrypto would.
    private static func checkKind(of pem: [UInt8]) throws(CryptoError) {
        let text = String(decoding: pem, as: UTF8.self)
        guard text.contains("-----BEGIN ") else {
            throw CryptoError(
                pem.isEmpty ? "it is empty" : "it is not in PEM form",
                hint: "it begins with -----BEGIN RSA PRIVATE KEY-----")
        }
        if text.contains("ENCRYPTED") {
            throw CryptoError("it is protected by a passphrase", hint: "give a key without one")
        }
        if text.contains("-----BEGIN OPENSSH PRIVATE KEY-----") {
            throw CryptoError("it is a key for ssh", hint: "give the key that GitHub made for the App")
        }
        guard text.contains("PRIVATE KEY-----") else {
            throw CryptoError("it holds no private key", hint: "give the key that GitHub made for the App")
        }
    }
}
