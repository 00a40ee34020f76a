/// The four kinds of objects that git stores.
public enum ObjectKind: Sendable, CaseIterable {
    /// A commit.
    case commit
    /// A directory.
    case tree
    /// The content of a file or the target of a symbolic link.
    case blob
    /// An annotated tag.
    case tag

    /// The kind's name in git's own formats.
    public var name: String {
        switch self {
        case .commit: "commit"
        case .tree: "tree"
        case .blob: "blob"
        case .tag: "tag"
        }
    }
}

/// What an entry of a tree is.
public enum FileMode: Sendable, CaseIterable {
    /// A directory.
    case tree
    /// A file.
    case file
    /// A file that may be executed.
    case executable
    /// A symbolic link.
    case symlink
    /// A commit of another repository.
    case submodule

    /// Reads the mode that a tree object holds; nil for what git never writes.
    ///
    /// Old programs wrote other permission bits (such as 100664): git looks at the owner's execute bit alone.
    init?(octal mode: UInt32) {
        switch mode & 0o170000 {
        case 0o040000: self = .tree
        case 0o100000: self = mode & 0o100 == 0 ? .file : .executable
        case 0o120000: self = .symlink
        case 0o160000: self = .submodule
        default: return nil
        }
    }

    /// The mode as git writes it, such as `0o100644`.
    public var octal: UInt32 {
        switch self {
        case .tree: 0o040000
        case .file: 0o100644
        case .executable: 0o100755
        case .symlink: 0o120000
        case .submodule: 0o160000
        }
    }
}
