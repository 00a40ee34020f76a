internal import CLibgit2
internal import GitFiles
internal import GitObjects

extension ObjectID {
    /// Copies a name out of libgit2.
    init(_ raw: git_oid) {
        self = unsafe withUnsafeBytes(of: raw.id) { bytes in
            unsafe ObjectID(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                middle: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        }
    }

    /// The name as libgit2 wants it.
    var raw: git_oid {
        var result = git_oid()
        unsafe withUnsafeMutableBytes(of: &result.id) { bytes in
            unsafe bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            unsafe bytes.storeBytes(of: middle.bigEndian, toByteOffset: 8, as: UInt64.self)
            unsafe bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
        return result
    }
}
