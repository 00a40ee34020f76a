/// When the object store is compacted.
public enum CompactionMode: String, Sendable, CaseIterable {
    /// When more than a quarter of it is not needed any more, or it has more than 32 packs.
    case auto
    /// After each release.
    case always
    /// After each release, and deltas are searched again.
    case aggressive
    /// Never.
    case off
}
