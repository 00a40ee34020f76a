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
