internal import Posix

/// The attribute `working-tree-encoding`: text that is UTF-8 in the repository and something else in the release.
enum WorkingTreeEncoding {
    /// Whether the name means UTF-8, so that there is nothing to do.
    static func isUTF8(_ name: String) -> Bool {
        isSame(name, "utf-8")
    }

    /// The text in the encoding.
    static func encode(_ text: Span<UInt8>, as name: String) throws(FilterError) -> [UInt8] {
        // These two names are git's own; for plain UTF-16 and UTF-32 iconv writes the byte order mark.
        let marked: (target: String, mark: [UInt8])? =
            if isSame(name, "utf-16le-bom") {
                ("UTF-16LE", [0xFF, 0xFE])
            } else if isSame(name, "utf-16be-bom") {
                ("UTF-16BE", [0xFE, 0xFF])
            } else {
                nil
            }
        let target = marked?.target ?? (name.lowercased() == "latin-1" ? "ISO-8859-1" : name)
        do throws(SystemError) {
            let encoded = try TextEncoding.convert(text, from: "UTF-8", to: target)
            return marked.map { $0.mark + encoded } ?? encoded
        } catch {
            throw FilterError(.encoding(name: name, reason: SystemError.text(of: error.code)))
        }
    }

    /// Compares names of encodings as git does: no difference of case, and none between `UTF8` and `UTF-8`.
    private static func isSame(_ name: String, _ other: String) -> Bool {
        func plain(_ text: String) -> String {
            let lower = text.lowercased()
            return lower.hasPrefix("utf-") ? "utf" + lower.dropFirst(4) : lower
        }
        return plain(name) == plain(other)
    }
}
