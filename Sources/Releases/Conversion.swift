internal import GitStore
internal import Patterns
internal import Posix

/// How the bytes of a file in a release come from those of its object.
struct WrittenForm: Sendable, Equatable {
    /// A number that differs when the bytes may; zero where they are the object's own.
    let fingerprint: UInt32
    let attributes: CheckoutAttributes

    /// The object's own bytes.
    static let stored = WrittenForm(fingerprint: 0, attributes: .none)
}

/// Chooses how files are written, by their attributes and the settings for line endings.
struct Conversion: Sendable {
    /// The settings as bytes that differ when they do.
    var settings: [UInt8] { [] }

    /// How a file with these attributes is written.
    func form(_ attributes: CheckoutAttributes) -> WrittenForm {
        .stored
    }
}
