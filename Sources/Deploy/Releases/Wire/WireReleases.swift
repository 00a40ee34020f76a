// What is said of releases, told from one of our processes to the other.

extension Release: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(commit)
        writer.put(path)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(commit: try reader.take(), path: try reader.take())
    }
}

extension SubmoduleCheckout: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(path)
        writer.put(commit)
        writer.put(location)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(path: try reader.take(), commit: try reader.take(), location: try reader.take())
    }
}

extension Submodule: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(name)
        writer.put(url)
        writer.put(branch)
        writer.put(checkout)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(
            name: try reader.take(), url: try reader.take(), branch: try reader.take(), checkout: try reader.take())
    }
}

extension SubmodulePlan: WireValue {
    package func write(to writer: inout WireWriter) { writer.put(submodules) }
    package init(from reader: inout WireReader) throws(WireError) { self.init(try reader.take()) }
}

extension MissingObjects: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(root)
        writer.put(trees)
        writer.put(blobs)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(root: try reader.take(), trees: try reader.take(), blobs: try reader.take())
    }
}

extension Difference: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(case: kind)
        writer.put(path)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(kind: try reader.takeCase(), path: try reader.take())
    }
}

extension StagingFigures: WireValue {
    package func write(to writer: inout WireWriter) {
        for number in [files, shared, written, restored] { writer.put(number) }
        writer.put(bytes)
        writer.put(Int(clamping: duration.components.seconds))
        writer.put(Int(clamping: duration.components.attoseconds))
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init()
        files = try reader.take()
        shared = try reader.take()
        written = try reader.take()
        restored = try reader.take()
        bytes = try reader.take()
        let seconds = try reader.take(Int.self)
        let attoseconds = try reader.take(Int.self)
        guard 0...1_000_000_000 ~= seconds, 0..<1_000_000_000_000_000_000 ~= attoseconds else {
            throw WireError("a time is no time")
        }
        duration = Duration(secondsComponent: Int64(seconds), attosecondsComponent: Int64(attoseconds))
    }
}

extension StagingOptions: WireValue {
    /// What is told is what decides the release; whom to tell how far it is, each process knows itself.
    package func write(to writer: inout WireWriter) {
        writer.put(case: share)
        writer.put(case: edits)
        writer.put(isWrittenBeforePublishing)
        writer.put(case: config.automaticConversion)
        writer.put(case: config.endOfLine)
        writer.put(sparsePatterns)
        writer.put(space)
        writer.put(threads)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init()
        share = try reader.takeCase()
        edits = try reader.takeCase()
        isWrittenBeforePublishing = try reader.take()
        config = ConfigValues(automaticConversion: try reader.takeCase(), endOfLine: try reader.takeCase())
        sparsePatterns = try reader.take()
        space = try reader.take()
        threads = try reader.take()
    }
}

extension SpaceGuard: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(path)
        writer.put(minimumFree)
        writer.put(maximumRelease)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init(path: try reader.take(), minimumFree: try reader.take(), maximumRelease: try reader.take())
    }
}

extension ModuleSweepResult: WireValue {
    package func write(to writer: inout WireWriter) {
        writer.put(removed)
        writer.put(released)
        writer.put(compacted)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        self.init()
        removed = try reader.take()
        released = try reader.take()
        compacted = try reader.take()
    }
}
