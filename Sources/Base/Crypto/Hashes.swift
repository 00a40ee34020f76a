internal import CCrypto

/// The hash that names git's objects and ends its files.
public enum SHA1 {
    /// How many bytes a hash has.
    public static let byteCount = 20

    /// The hash of some bytes, 20 bytes long.
    public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA1.byteCount) { result, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                _ = unsafe EVP_Digest(bytes.baseAddress, bytes.count, result.baseAddress, nil, EVP_sha1(), nil)
            }
            count = SHA1.byteCount
        }
    }
}

/// A hash that is computed from bytes as they come.
@safe public struct SHA1Stream: ~Copyable {
    private let context: OpaquePointer

    /// Begins without a byte.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new() else { preconditionFailure("there is no memory for a hash") }
        unsafe self.context = context
        _ = unsafe EVP_DigestInit_ex(context, EVP_sha1(), nil)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    public mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            _ = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
    }

    /// The hash of all that was added.
    public mutating func finish() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA1.byteCount) { result, count in
            _ = unsafe EVP_DigestFinal_ex(context, result.baseAddress, nil)
            count = SHA1.byteCount
        }
    }
}

/// The hash SHA-256.
public enum SHA256 {
    /// How many bytes a hash has.
    public static let byteCount = 32

    /// The hash of some bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { result, count in
            let status = unsafe EVP_Digest(bytes, bytes.count, result.baseAddress, nil, EVP_sha256(), nil)
            // It has nothing to fail on but memory; a hash that is not one must never leave.
            precondition(status == 1, "SHA-256 is not available")
            count = byteCount
        }
    }
}

/// Proves that a message comes from somebody who knows a key (RFC 2104 with SHA-256).
public enum HMACSHA256 {
    /// The code of a message, 32 bytes long.
    public static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { result, count in
            let code = unsafe HMAC(
                EVP_sha256(), key, Int32(clamping: key.count), message, message.count, result.baseAddress, nil)
            let isMade = unsafe code != nil
            precondition(isMade, "HMAC with SHA-256 is not available")
            count = SHA256.byteCount
        }
    }
}

/// Whether two secrets are the same, in a time that tells nothing about where they differ, nor about their lengths.
public func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    unsafe CRYPTO_memcmp(SHA256.hash(one), SHA256.hash(other), SHA256.byteCount) == 0
}
