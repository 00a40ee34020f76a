package import JSON
package import Posix

// How values are written in answers, and read from them.
extension JSONValue {
    static func time(_ time: Timestamp?) -> JSONValue { time.map { "\($0)" } ?? .null }

    static func seconds(_ seconds: Double?) -> JSONValue { seconds.map { JSONValue(seconds: $0) } ?? .null }

    /// A text that comes from elsewhere, fit for a terminal.
    package func text(_ name: String) -> String? { self[name]?.string.map { plain($0) } }

    package func time(_ name: String) -> Timestamp? { self[name]?.string.flatMap { Timestamp(rfc3339: $0) } }
}

/// A text from elsewhere on one line, without what could deceive a terminal or its reader.
package func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d: result.append(" ")
        // Controls, and those that change the direction of writing.
        case 0..<0x20, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: result.append("\u{fffd}")
        default: result.append(scalar)
        }
    }
    return String(result)
}

/// The last lines of a text from elsewhere, each fit for a terminal.
func plainLines(_ text: String?) -> [String] {
    (text ?? "").split(whereSeparator: \.isNewline).suffix(60).map { plain(String($0)) }
}
