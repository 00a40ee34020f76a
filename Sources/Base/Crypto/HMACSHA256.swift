internal import CCrypto

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
