public import GitObjects
public import Patterns

/// What happens to the bytes of a blob on their way into a release: exactly what `git checkout` does to them.
///
/// It is made from what the attributes and the configuration say, without looking at the bytes. Nearly always it is
/// the identity, and then nobody need read or copy them.
public struct CheckoutFilter: Hashable, Sendable {
    /// What becomes of line endings.
    package enum LineEndings: UInt8, Sendable {
        /// They stay.
        case keep
        /// They stay, and git decides so after it has seen the whole content.
        case keepText
        /// Every LF gets a CR.
        case crlf
        /// Every LF gets a CR where the content is text without any CR.
        case automaticCRLF

        /// Whether git has the whole content in memory for this one, instead of passing it through in pieces.
        package var isWhole: Bool { self == .keepText || self == .automaticCRLF }
    }

    package let lineEndings: LineEndings
    package let ident: Bool
    package let encoding: String?

    /// The filter that changes nothing.
    public static let identity = CheckoutFilter()

    private init() {
        (lineEndings, ident, encoding) = (.keep, false, nil)
    }

    /// Decides what is to be done to a file.
    ///
    /// - Throws: ``FilterError`` where git refuses to check the file out.
    public init(_ attributes: CheckoutAttributes, _ config: ConfigValues) throws(FilterError) {
        // Nearly every file of nearly every repository.
        if attributes.isEmpty, config.automaticConversion != .on {
            self = .identity
            return
        }
        ident = attributes.ident
        lineEndings = CheckoutFilter.lineEndings(attributes, config)
        switch attributes.encoding {
        case .unspecified: encoding = nil
        case .unnamed: throw FilterError(.encodingWithoutName)
        case .named(let name): encoding = WorkingTreeEncoding.isUTF8(name) ? nil : name
        }
    }

    /// Whether the bytes stay as they are, whatever they are.
    public var isIdentity: Bool {
        (lineEndings == .keep || lineEndings == .keepText) && !ident && encoding == nil
    }

    /// A number that differs between filters that do different things, the same in each run; the identity's is 0.
    public var fingerprint: UInt32 {
        if isIdentity { return 0 }
        // FNV-1a of the encoding's name, in front of the other decisions, which never share a number.
        var hash: UInt32 = 0x811c_9dc5
        for byte in (encoding ?? "").utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let decisions = UInt32(lineEndings.rawValue) << 2 | (ident ? 2 : 0) | (encoding == nil ? 0 : 1)
        return hash << 4 | decisions
    }

    /// Turns the content of a blob into that of the working file.
    public func apply(to content: Span<UInt8>, of blob: ObjectID) -> FilteredContent {
        var changed: [UInt8]?
        if ident {
            let identifier = Identifier(blob)
            changed =
                lineEndings.isWhole || encoding != nil
                ? identifier.expandedInWhole(content) : identifier.expandedInPieces(content)
        }
        if lineEndings == .crlf || lineEndings == .automaticCRLF {
            let isSafe = lineEndings == .automaticCRLF
            if let bytes = changed {
                changed = LineEnding.crlf(bytes.span, onlySafeText: isSafe) ?? bytes
            } else {
                changed = LineEnding.crlf(content, onlySafeText: isSafe)
            }
        }
        guard let encoding else { return changed.map(FilteredContent.changed) ?? .unchanged }
        do throws(FilterError) {
            if let bytes = changed { return .changed(try WorkingTreeEncoding.encode(bytes.span, as: encoding)) }
            return content.count == 0 ? .unchanged : .changed(try WorkingTreeEncoding.encode(content, as: encoding))
        } catch {
            return .notEncoded(changed, error)
        }
    }

    private static func lineEndings(_ attributes: CheckoutAttributes, _ config: ConfigValues) -> LineEndings {
        let text = attributes.text == .unspecified ? attributes.crlf : attributes.text
        switch (text, attributes.endOfLine) {
        case (.unset, _): return .keep
        case (.auto, .crlf): return .automaticCRLF
        case (.auto, .lf): return .keep
        case (.auto, .unspecified): return config.textEndsInCRLF ? .automaticCRLF : .keepText
        case (_, .crlf): return .crlf
        case (_, .lf), (.input, .unspecified): return .keep
        case (.set, .unspecified): return config.textEndsInCRLF ? .crlf : .keep
        case (.unspecified, .unspecified): return config.automaticConversion == .on ? .automaticCRLF : .keep
        }
    }
}

/// What a filter made of a blob.
public enum FilteredContent: Equatable, Sendable {
    /// The blob's own bytes.
    case unchanged
    /// Other bytes.
    case changed([UInt8])
    /// The text could not be encoded; as git does, the file gets the text as it is (nil: the blob's own bytes), and
    /// somebody should be told.
    case notEncoded([UInt8]?, FilterError)
}
