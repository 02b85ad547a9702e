internal import Control

/// Columns of text, each as wide as its widest cell, two blanks between.
struct Table {
    private var rows: [[String]]

    init(_ header: [String] = []) { rows = header.isEmpty ? [] : [header] }

    mutating func add(_ row: [String]) { rows.append(row.map { $0.visible }) }

    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.unicodeScalars.count)
            }
        }
        var text = ""
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                // No blanks at the end of a line: text copied from the terminal stays clean.
                guard row[(column + 1)...].contains(where: { !$0.isEmpty }) else { break }
                line += padding(widths[column] - cell.unicodeScalars.count + 2)
            }
            text += line + "\n"
        }
        return text
    }
}

func padding(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

func padded(_ text: String, to width: Int) -> String {
    text + padding(width - text.unicodeScalars.count)
}
