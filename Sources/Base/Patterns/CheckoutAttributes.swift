/// What the `.gitattributes` files say about how one file is written into a release.
///
/// Of all attributes only those are here that change the bytes of a working file.
public struct CheckoutAttributes: Hashable, Sendable {
    /// What `text`, or the older `crlf`, says.
    public enum Text: UInt8, Sendable {
        /// Nothing: the configuration decides.
        case unspecified
        /// Line endings are converted.
        case set
        /// Line endings are left alone.
        case unset
        /// Line endings are converted where the content looks like text.
        case auto
        /// Line endings are converted on the way into the repository only.
        case input
    }

    /// What `eol` says.
    public enum EndOfLine: UInt8, Sendable {
        /// Nothing: the configuration decides.
        case unspecified
        /// Lines end in LF.
        case lf
        /// Lines end in CR LF.
        case crlf
    }

    /// What `working-tree-encoding` says.
    public enum Encoding: Hashable, Sendable {
        /// Nothing: the bytes stay as they are.
        case unspecified
        /// It is set or unset without a name, which git refuses to check out.
        case unnamed
        /// The name of an encoding, as iconv knows it.
        case named(String)
    }

    /// The attribute `text`.
    public var text = Text.unspecified
    /// The attribute `crlf`, which `text` replaced; it counts where `text` is unspecified.
    public var crlf = Text.unspecified
    /// The attribute `eol`.
    public var endOfLine = EndOfLine.unspecified
    /// Whether `$Id$` becomes the blob's name: the attribute `ident`.
    public var ident = false
    /// The attribute `working-tree-encoding`.
    public var encoding = Encoding.unspecified
    /// The name of an external filter, such as `lfs`; none is ever run, so the stored bytes stay as they are.
    public var filter: String?

    /// No attribute at all.
    public static let none = CheckoutAttributes()

    /// Nothing specified; set what is known.
    public init() {}

    /// Whether nothing is said, so that the configuration alone decides.
    public var isEmpty: Bool {
        guard text == .unspecified, crlf == .unspecified, endOfLine == .unspecified, !ident, filter == nil else {
            return false
        }
        return encoding == .unspecified
    }

    /// Whether the file's content lies in Git LFS, and what the repository holds is a pointer to it.
    public var isLargeFilePointer: Bool { filter == "lfs" }
}

extension CheckoutAttributes {
    /// The attributes that are read; the raw value is the number that the compiled rules use.
    enum Name: Int, CaseIterable {
        case text, crlf, eol, ident, encoding, filter

        var spelling: String {
            switch self {
            case .text: "text"
            case .crlf: "crlf"
            case .eol: "eol"
            case .ident: "ident"
            case .encoding: "working-tree-encoding"
            case .filter: "filter"
            }
        }
    }

    mutating func store(_ value: AttributeValue, in name: Name) {
        switch name {
        case .text: text = Text(value)
        case .crlf: crlf = Text(value)
        case .eol: endOfLine = EndOfLine(value)
        case .ident: ident = value == .set
        case .encoding: encoding = Encoding(value)
        case .filter: if case .text(let text) = value { filter = text }
        }
    }
}

extension CheckoutAttributes.Text {
    init(_ value: AttributeValue) {
        self =
            switch value {
            case .set: .set
            case .unset: .unset
            case .text("auto"): .auto
            case .text("input"): .input
            default: .unspecified
            }
    }
}

extension CheckoutAttributes.EndOfLine {
    init(_ value: AttributeValue) {
        self =
            switch value {
            case .text("lf"): .lf
            case .text("crlf"): .crlf
            default: .unspecified
            }
    }
}

extension CheckoutAttributes.Encoding {
    init(_ value: AttributeValue) {
        self =
            switch value {
            case .unspecified, .text(""): .unspecified
            case .set, .unset: .unnamed
            case .text(let name): .named(name)
            }
    }
}
