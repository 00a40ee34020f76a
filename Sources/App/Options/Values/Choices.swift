/// What a partial clone leaves out.
public enum CloneFilter: String, OptionChoice {
    /// File contents.
    case blobs = "blob:none"
    /// File contents and directories.
    case trees = "tree:0"
}

/// How far submodules are followed.
public enum SubmoduleDepth: String, OptionChoice {
    /// Submodules of submodules too.
    case recursive
    /// The first level only.
    case shallow
    /// Not at all.
    case off
}

/// When the object store is compacted.
public enum GarbageCollection: String, OptionChoice {
    /// When it is worth it.
    case auto
    /// After each release.
    case always
    /// After each release, with deltas searched again.
    case aggressive
    /// Never.
    case off
}

/// What has to be signed.
public enum SignatureCheck: String, OptionChoice {
    /// Nothing.
    case off
    /// The commit.
    case commit
    /// The annotated tag.
    case tag
}

/// What the published name is.
public enum PublishChoice: String, OptionChoice {
    /// A symbolic link.
    case symlink
    /// A real directory.
    case directory
}

/// How unchanged files get into a new release.
public enum SharingMode: String, OptionChoice {
    /// The cheapest way that works.
    case auto
    /// Hard links.
    case link
    /// Copies.
    case copy
}

/// What becomes of what somebody changes in the live release.
public enum EditChoice: String, OptionChoice {
    /// What the commit holds is put back.
    case repair
    /// What was added is removed as well.
    case strict
}

/// How much of the worker's confinement must be there.
public enum SandboxChoice: String, OptionChoice {
    /// What the kernel has.
    case auto
    /// All of it.
    case require
    /// Nothing.
    case off
}

/// Whether a release that fails is taken back.
public enum RollbackMode: String, OptionChoice {
    /// When something can tell that it failed.
    case auto
    /// Always.
    case on
    /// Never.
    case off
}

/// How log lines are written.
public enum LogFormatChoice: String, OptionChoice {
    /// One JSON object a line.
    case json
    /// `key=value` pairs.
    case logfmt
    /// For people.
    case text
}
