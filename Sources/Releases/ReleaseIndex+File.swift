internal import GitStore
internal import Posix

extension ReleaseIndex {
    /// Reads an index as git or we wrote it; nil when it is damaged, cut off, or not one of ours.
    ///
    /// What cannot be read proves nothing: whoever asked then writes every file afresh.
    init?(file: consuming [UInt8]) {
        let trailer = ObjectID.byteCount
        guard file.count >= Self.headerLength + trailer, file.starts(with: Array("DIRC".utf8)) else { return nil }
        let body = file.span.extracting(first: file.count - trailer)
        guard areEqual(SHA1.hash(body).span, file.span.extracting(body.count..<file.count)) else { return nil }
        guard [2, 3].contains(file.number(at: 4)) else { return nil }
        let expected = Int(file.number(at: 8))
        var offsets: [UInt32] = []
        offsets.reserveCapacity(expected)
        var position = Self.headerLength
        for _ in 0..<expected {
            offsets.append(UInt32(position))
            guard position + Field.path + 2 < body.count else { return nil }
            let flags = UInt16(file[position + Field.flags]) << 8 | UInt16(file[position + Field.flags + 1])
            let path = Field.path + (flags & Field.extended == 0 ? 0 : 2)
            var length = Int(flags & Field.lengthMask)
            if length == Int(Field.lengthMask) {
                while position + path + length < body.count, file[position + path + length] != 0 { length += 1 }
            }
            let end = position + (path + length + 8) & ~7
            guard end <= body.count, file[position + path + length] == 0 else { return nil }
            position = end
        }
        guard let origin = IndexOrigin(extensions: body.extracting(position..<body.count)) else { return nil }
        self.init(origin: origin)
        self.offsets = offsets
        // An index of 100,000 files is 8 MB: it stays where it was read.
        bytes = file
        bytes.removeLast(bytes.count - position)
    }

    /// The index as it lies in a file.
    consuming func file() -> [UInt8] {
        let isExtended = (0..<count).contains { isSkipped($0) }
        let (count, origin) = (count, origin)
        var file = bytes
        file.replaceSubrange(0..<4, with: Array("DIRC".utf8))
        file.setNumber(at: 4, isExtended ? 3 : 2)
        file.setNumber(at: 8, UInt32(count))
        origin.appendExtension(to: &file)
        file.append(contentsOf: SHA1.hash(file.span))
        return file
    }
}

extension IndexOrigin {
    // A capital first letter says that a program which does not know the extension may skip it.
    private static let signature = Array("SCAR".utf8)
    private static let fixedLength = ObjectID.byteCount + 8

    fileprivate init?(extensions: Span<UInt8>) {
        var position = 0
        while position + 8 <= extensions.count {
            var length = 0
            for index in position + 4..<position + 8 { length = length << 8 | Int(extensions[index]) }
            let content = position + 8..<position + 8 + length
            guard content.upperBound <= extensions.count else { return nil }
            if areEqual(extensions.extracting(position..<position + 4), Self.signature.span),
                length >= Self.fixedLength,
                let tree = ObjectID(bytes: extensions.extracting(content).extracting(first: ObjectID.byteCount))
            {
                let rest = content.dropFirst(ObjectID.byteCount).map { extensions[$0] }
                let permissions = Permissions(file: rest.number(at: 0), executable: rest.number(at: 4))
                self.init(tree: tree, settings: Array(rest[8...]), permissions: permissions)
                return
            }
            position = content.upperBound
        }
        return nil
    }

    fileprivate func appendExtension(to file: inout [UInt8]) {
        file.append(contentsOf: Self.signature)
        file.append(number: UInt32(Self.fixedLength + settings.count))
        file.append(contentsOf: tree.bytes)
        file.append(number: permissions.file)
        file.append(number: permissions.executable)
        file.append(contentsOf: settings)
    }
}
