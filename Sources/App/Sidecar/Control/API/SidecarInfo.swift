internal import Options
internal import Remote

/// What does not change while we run, for everybody who asks what we do.
struct SidecarInfo: Sendable {
    /// The repository's address, without what is secret in it.
    var repository = ""
    /// `--ref`.
    var reference = ""
    var root = ""
    var link = ""
    /// The pause between two looks at the remote.
    var period = Duration.zero
    /// Whether there is a loop that carries orders out.
    var takesOrders = true
}

extension SidecarInfo {
    /// What a plan says; `remote` is the repository as it is reached.
    init(_ plan: Plan, remote: RemoteURL) {
        self.init(
            repository: "\(remote)", reference: "\(plan.settings.ref)", root: plan.root.text, link: plan.link.text,
            period: plan.settings.period, takesOrders: !plan.settings.oneTime)
    }
}
