internal import ControlAPI
internal import Figures
internal import Posix
internal import Telemetry

/// The first digits of a hash, as people know them.
func short(_ hash: String) -> String { String(hash.prefix(7)) }

/// How long ago something was: `just now`, `5 seconds ago`, `3 minutes ago`.
func age(_ time: Timestamp, _ now: Timestamp) -> String {
    // Bounded: times come as texts with years of four digits.
    let seconds = now.seconds - time.seconds
    return seconds < 1 ? "just now" : "\(largestUnitText(seconds)) ago"
}

extension StageAnswer {
    /// How far it is, where that is counted.
    var progressText: ProgressText? { progress.map { ProgressText(done: $0.done, total: $0.total, unit: $0.unit) } }
}

/// How many columns a text takes: East Asian characters and pictures take two.
func columns(_ text: String) -> Int {
    text.reduce(0) { sum, character in
        guard let value = character.unicodeScalars.first?.value else { return sum }
        let isWide =
            switch value {
            case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
                0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
                true
            default: false
            }
        return sum + (isWide ? 2 : 1)
    }
}

/// A text that is filled up with blanks, or cut, to so many columns.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(text)))
}

/// A text of at most so many columns.
func cut(_ text: String, _ width: Int) -> String {
    if columns(text) <= width { return text }
    var result = text
    while columns(result) > max(1, width - 1), !result.isEmpty { result.removeLast() }
    return result + "…"
}

/// The words of a text in lines of at most `width` columns.
func folded(_ text: String, _ width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
        if !line.isEmpty, columns(line) + 1 + columns(String(word)) > width {
            lines.append(line)
            line = ""
        }
        line += line.isEmpty ? String(word) : " " + word
    }
    return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
}

/// Rows whose columns stand below each other.
struct Table {
    struct Cell {
        let text: String
        let tone: Style.Tone
        let isRight: Bool

        init(_ text: String, _ tone: Style.Tone = .usual, isRight: Bool = false) {
            self.text = text
            self.tone = tone
            self.isRight = isRight
        }
    }

    private(set) var rows: [[Cell]] = []

    mutating func add(_ cells: Cell...) { rows.append(cells) }
    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// The lines; the column that may be cut, to what fits into `width`, is the one with the number `flexible`.
    func lines(_ style: Style, width: Int, flexible: Int, indent: String = "", gap: String = "  ") -> [String] {
        let count = rows.map(\.count).max() ?? 0
        var widths = (0..<count).map { column in
            rows.map { $0.count > column ? columns($0[column].text) : 0 }.max() ?? 0
        }
        if flexible < count {
            let others = widths.reduce(0, +) - widths[flexible] + indent.count + gap.count * (count - 1)
            widths[flexible] = min(widths[flexible], max(12, width - others))
        }
        return rows.map { row in
            var line = indent
            for (column, cell) in row.enumerated() {
                let text = column == flexible ? cut(cell.text, widths[column]) : cell.text
                let blanks = String(repeating: " ", count: max(0, widths[column] - columns(text)))
                let painted = style.apply(cell.tone, text)
                let isLast = column == row.count - 1
                line += cell.isRight ? blanks + painted : painted + (isLast ? "" : blanks)
                if !isLast { line += gap }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
