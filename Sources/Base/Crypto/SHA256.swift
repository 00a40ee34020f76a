internal import CCrypto

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
