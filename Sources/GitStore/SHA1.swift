internal import CCrypto

/// The hash that names git's objects and ends its files.
public enum SHA1 {
    /// The hash of some bytes, 20 bytes long.
    public static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: ObjectID.byteCount) { result, count in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                _ = unsafe EVP_Digest(bytes.baseAddress, bytes.count, result.baseAddress, nil, EVP_sha1(), nil)
            }
            count = ObjectID.byteCount
        }
    }
}
