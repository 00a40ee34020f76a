package import GitFiles
package import GitObjects

/// What is in a store already of something that is wanted.
package struct ReadFetchState: Job, Equatable {
    package typealias Answer = FetchState
    package static var number: UInt8 { 19 }
    package static var name: String { "look what is in the object store" }
    package static var isAboutCommit: Bool { true }
    /// The store.
    package var store: StoreName
    /// What is wanted.
    package var question: FetchQuestion

    /// Describes the job.
    package init(store: StoreName, question: FetchQuestion) {
        self.store = store
        self.question = question
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(question)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        question = try reader.take()
    }
}

/// The commits at which the history in a store ends, in the order of their names.
package struct ReadShallow: Job, Equatable {
    package typealias Answer = [ObjectID]
    package static var number: UInt8 { 20 }
    package static var name: String { "look where history ends" }
    package static var isAboutCommit: Bool { false }
    /// The store.
    package var store: StoreName

    /// Describes the job.
    package init(store: StoreName) {
        self.store = store
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
    }
}

/// The commit that an object is or means; nil when the object is not there.
package struct FindCommit: Job, Equatable {
    package typealias Answer = ObjectID?
    package static var number: UInt8 { 13 }
    package static var name: String { "find a commit" }
    package static var isAboutCommit: Bool { true }
    /// The store.
    package var store: StoreName
    /// The object.
    package var id: ObjectID

    /// Describes the job.
    package init(store: StoreName, id: ObjectID) {
        self.store = store
        self.id = id
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(id)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        id = try reader.take()
    }
}

/// Begins to take in a pack; one that was begun before is given up.
package struct BeginPack: Job, Equatable {
    package typealias Answer = Done
    package static var number: UInt8 { 21 }
    package static var name: String { "begin a pack" }
    package static var isAboutCommit: Bool { true }
    /// Where it goes.
    package var store: StoreName
    /// How much it may bring.
    package var limits: PackLimits

    /// Describes the job.
    package init(store: StoreName, limits: PackLimits) {
        self.store = store
        self.limits = limits
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(limits)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        limits = try reader.take()
    }
}

/// Makes the pack visible that was begun.
package struct FinishPack: Job, Equatable {
    package typealias Answer = PackProgress
    package static var number: UInt8 { 22 }
    package static var name: String { "index a pack" }
    package static var isAboutCommit: Bool { true }
    /// New ends of the history.
    package var shallow: [ObjectID]
    /// Former ends of the history that are none any more.
    package var unshallow: [ObjectID]

    /// Describes the job.
    package init(shallow: [ObjectID], unshallow: [ObjectID]) {
        self.shallow = shallow
        self.unshallow = unshallow
    }
    package func write(to writer: inout WireWriter) {
        writer.put(shallow)
        writer.put(unshallow)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        shallow = try reader.take()
        unshallow = try reader.take()
    }
}

/// Copies from a repository on this machine.
package struct CopyObjects: Job, Equatable {
    package typealias Answer = CopyOutcome
    package static var number: UInt8 { 23 }
    package static var name: String { "copy objects" }
    package static var isAboutCommit: Bool { true }
    /// Where to.
    package var store: StoreName
    /// What, from where.
    package var request: CopyRequest

    /// Describes the job.
    package init(store: StoreName, request: CopyRequest) {
        self.store = store
        self.request = request
    }
    package func write(to writer: inout WireWriter) {
        writer.put(store)
        writer.put(request)
    }
    package init(from reader: inout WireReader) throws(WireError) {
        store = try reader.take()
        request = try reader.take()
    }
}
