internal import GitObjects

// In debug builds the program ends where it says one thing and does another; release programs do not look.
extension Pipeline {
    /// Ends a debug build when link, belief and what everybody is told do not agree after an attempt.
    func assertAgreement() {
        assert(disagreement == nil, "after attempt \(state.attempt): \(disagreement ?? "")")
    }

    /// In what they disagree; nil when they agree, or when it cannot be told.
    ///
    /// A link that leads to another release than this program put there was turned by somebody else, who is noticed by the
    /// next look.
    var disagreement: String? {
        if let shown = recorder.shown.first(where: { $0 != state }) {
            let live = shown.live.map { "\($0.commit)" } ?? "nothing"
            return "the status says that \(live) is live, or differs elsewhere from what is believed"
        }
        // Where the link cannot be read there is nothing to compare.
        guard let swapped, case .release(swapped, _)? = try? releases.linkTarget(), state.live?.commit != swapped else {
            return nil
        }
        return "the link leads to \(swapped), \(state.live.map { "\($0.commit)" } ?? "nothing") is believed"
    }
}
