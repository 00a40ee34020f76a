internal import Posix

/// Takes each fact: applies it to what we believe, keeps what a restart must know, and hands it to the projections.
///
/// A state that could not be written is written again with the next fact and at each attempt; until then everybody is told.
package final class Recorder {
    package private(set) var state: DeploymentState
    private let storage: any StateStorage
    private let journal: any JournalStorage
    private let projections: [any Projection]
    private let clock: any Clock
    private var isUnsaved = false
    // Those of the lines that the journal has not got which the saved state has.
    private var savedLines: [DeploymentRecord]
    private var saveProblem: String?
    private var journalProblem: String?
    // What everybody was told last.
    private var toldProblem: String?
    private var saving: BackgroundSave?

    package init(
        _ state: DeploymentState, storage: any StateStorage, journal: any JournalStorage,
        projections: [any Projection], clock: any Clock
    ) {
        self.state = state
        savedLines = state.unwrittenLines
        self.storage = storage
        self.journal = journal
        self.projections = projections
        self.clock = clock
    }

    /// What the projections show that show all of it.
    var shown: [DeploymentState] { projections.compactMap(\.shown) }

    /// Records what happened, several things as one: a restart knows all of them or none.
    package func record(_ facts: Fact...) {
        let moment = clock.now
        var states: [DeploymentState] = []
        for fact in facts {
            state.apply(fact, at: moment)
            states.append(state)
        }
        let mustSave = facts.contains(where: \.mustSurvive)
        // A line of the journal that is there twice after a kill does less harm than one that is missing.
        let isVerdict = facts.contains { if case .deploymentEnded = $0 { true } else { false } }
        if mustSave, !isVerdict { save() }
        for (fact, state) in zip(facts, states) {
            for projection in projections { projection.take(fact, state, at: moment) }
        }
        if isVerdict {
            writeJournal()
            if mustSave || state.unwrittenLines != savedLines { save() }
        }
    }

    /// Writes the lines that the journal has not got yet, in their order.
    ///
    /// The state keeps them until then, so that they outlive a process that ends on a full volume.
    private func writeJournal() {
        while let line = state.unwrittenLines.first {
            do throws(Failure) {
                try journal.append(line)
                journalProblem = nil
            } catch {
                journalProblem = error.description
            }
            tellProblem()
            if journalProblem != nil { return }
            let moment = clock.now
            state.apply(.journaled, at: moment)
            for projection in projections { projection.take(.journaled, state, at: moment) }
        }
    }

    /// Records what is going to be published, and has it written while the release is made.
    package func begin(_ intent: Intent) {
        let moment = clock.now
        state.apply(.intended(intent), at: moment)
        for projection in projections { projection.take(.intended(intent), state, at: moment) }
        finishSaving()
        savedLines = state.unwrittenLines
        saving = BackgroundSave(state, storage)
    }

    /// Throws unless all that was recorded is on the disk.
    package func makeDurable() throws(Failure) {
        finishSaving()
        if isUnsaved { save() }
        if let saveProblem {
            throw Failure("cannot remember what is about to be published: \(saveProblem); make room on the volume")
        }
    }

    /// Writes state and journal again where that failed before.
    package func retrySaving() {
        finishSaving()
        writeJournal()
        if isUnsaved || state.unwrittenLines != savedLines { save() }
    }

    private func finishSaving() {
        guard let saving else { return }
        self.saving = nil
        note(saving.finish())
    }

    private func save() {
        finishSaving()
        savedLines = state.unwrittenLines
        do throws(Failure) {
            try storage.save(state)
            note(nil)
        } catch {
            note(error)
        }
    }

    private func note(_ failure: Failure?) {
        isUnsaved = failure != nil
        saveProblem = failure?.description
        tellProblem()
    }

    private func tellProblem() {
        let problem = saveProblem ?? journalProblem
        if toldProblem == problem { return }
        toldProblem = problem
        for projection in projections { projection.saveProblemChanged(problem) }
    }
}

/// Writes the state on a thread of its own: flushing it may take as long as staging.
private final class BackgroundSave {
    private let thread: NativeThread?
    private let result: Locked<Failure?>

    init(_ state: DeploymentState, _ storage: any StateStorage) {
        let result = Locked<Failure?>(nil)
        self.result = result
        let work = SaveWork(state: state, storage: storage)
        do throws(SystemError) {
            thread = try NativeThread("state") { result.withLock { $0 = work.run() } }
        } catch {
            // Without a thread it is done at once.
            thread = nil
            result.withLock { $0 = work.run() }
        }
    }

    func finish() -> Failure? {
        thread?.join()
        return result.withLock { $0 }
    }
}

/// The storage is used by one thread at a time: whoever wants it next waits for `finish` first.
private struct SaveWork: @unchecked Sendable {
    let state: DeploymentState
    let storage: any StateStorage

    func run() -> Failure? {
        do throws(Failure) {
            try storage.save(state)
            return nil
        } catch {
            return error
        }
    }
}
