internal import CCrypto

/// Whether two secrets are the same, in a time that tells nothing about where they differ, nor about their lengths.
public func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    unsafe CRYPTO_memcmp(SHA256.hash(one), SHA256.hash(other), SHA256.byteCount) == 0
}
