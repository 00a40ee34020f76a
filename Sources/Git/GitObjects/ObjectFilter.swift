/// Which objects a fetch leaves out.
public enum ObjectFilter: Sendable, Equatable, CaseIterable {
    /// Nothing is left out.
    case none
    /// `blob:none`: no file contents; they are asked for one by one later.
    case withoutBlobs
    /// `tree:0`: commits only.
    case withoutTrees
}

extension ObjectFilter {
    /// The filter as git writes it; nil when nothing is left out.
    public var specification: String? {
        switch self {
        case .none: nil
        case .withoutBlobs: "blob:none"
        case .withoutTrees: "tree:0"
        }
    }

    /// Whether this one leaves out all that the other does.
    public func leavesOut(whatIsLeftOutBy other: ObjectFilter) -> Bool {
        switch (self, other) {
        case (_, .none), (.withoutTrees, _), (.withoutBlobs, .withoutBlobs): true
        default: false
        }
    }
}
