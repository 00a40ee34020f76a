/// Something that the program does, during which it is struck.
struct Scenario {
    /// What begins it.
    enum Act: Equatable {
        /// The start of the program.
        case start
        /// A push of the commit of this name.
        case push(String)
        /// A person goes back to the commit of this name.
        case choose(String)
        /// Somebody writes into the live release.
        case edit
        /// The program is run with `--one-time` after a push.
        case once(String)
    }

    let name: String
    var options: [String] = []
    var hasApplication = false
    var isDirectory = false
    var isPartial = false
    /// The commits that were deployed before, in order.
    var before = ["one"]
    /// Whether the release was edited while nobody watched.
    var isEditedBefore = false
    let act: Act
    /// What is pushed after the strike and before the program is started again, if anything.
    var meanwhile: String?
    /// What is live at the end.
    let live: String
    /// What is held back at the end, and what may be.
    var held: [String] = []
    var mayBeHeld: [String] = []
    /// The good push that follows.
    var next = "three"
    /// What commands add to each release.
    var added: [String: String] = [:]

    /// Where a new one goes.
    ///
    /// What the program cannot do yet has no scenario: a push that overtakes one that is being
    /// confirmed, a trial before publishing, publishing in place, a worker that is killed.
    static let all: [Scenario] = [
        Scenario(name: "first", before: [], act: .start, live: "one", next: "two"),
        Scenario(name: "start", act: .start, live: "one"),
        Scenario(name: "push", act: .push("two"), live: "two"),
        Scenario(
            name: "directory", options: ["--publish=directory"], isDirectory: true, act: .push("two"), live: "two"),
        Scenario(name: "confirm", hasApplication: true, act: .push("two"), live: "two"),
        Scenario(name: "back", hasApplication: true, act: .push("bad"), live: "one", held: ["bad"]),
        Scenario(
            name: "back-directory", options: ["--publish=directory"], hasApplication: true, isDirectory: true,
            act: .push("bad"), live: "one", held: ["bad"]),
        Scenario(
            name: "two-bad", hasApplication: true, act: .push("bad"), meanwhile: "worse", live: "one", held: ["worse"],
            mayBeHeld: ["bad"]),
        Scenario(
            name: "by-hand", hasApplication: true, before: ["one", "two"], act: .choose("one"), live: "one",
            held: ["two"]),
        Scenario(name: "edit", act: .edit, live: "one"),
        Scenario(name: "edit-found", isEditedBefore: true, act: .start, live: "one"),
        Scenario(name: "compaction", options: ["--git-gc=always"], act: .push("two"), live: "two"),
        Scenario(
            name: "prepare", options: ["--prepare-command=sh -c 'cat version > built'"], act: .push("two"), live: "two",
            added: ["built": "version"]),
        Scenario(
            name: "submodules", before: ["with-one"], act: .push("with-two"), live: "with-two", next: "with-three"),
        Scenario(name: "partial", options: ["--filter=blob:none"], isPartial: true, act: .push("two"), live: "two"),
        Scenario(name: "one-time", act: .once("two"), live: "two"),
        Scenario(name: "one-time-back", hasApplication: true, act: .once("bad"), live: "one", held: ["bad"]),
        Scenario(name: "limits", options: ["--max-release-size=512KiB"], act: .push("big"), live: "one"),
    ]

    /// Whether a person orders it.
    var isChoice: Bool {
        if case .choose = act { return true }
        return false
    }

    /// Whether each attempt ends as the one before.
    var isEndless: Bool { act == .push("big") }

    var isEdit: Bool { act == .edit || isEditedBefore }

    /// Whether a commit is pushed that the application does not run.
    var isBad: Bool { held == ["bad"] || meanwhile != nil }

    var isOnce: Bool {
        if case .once = act { return true }
        return false
    }
}
