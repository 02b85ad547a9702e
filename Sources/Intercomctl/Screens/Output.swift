internal import Control
internal import HAL

/// Prints text of the result as it is.
///
/// What could not be printed is a failure: a script must not take a cut answer for a whole one.
func printText(_ text: String) throws(Failure) {
    guard Terminal.write(text) else {
        throw Failure(.failed, "the output cannot be written: the reader is gone or the disk full")
    }
}

/// Prints one line of the result.
func printLine(_ text: String) throws(Failure) { try printText(text + "\n") }

/// Prints one JSON object as one line of the result.
func printLine(_ json: borrowing JSON) throws(Failure) {
    guard let bytes = json.encoded(limit: Int.max) else { return }
    try printLine(String(decoding: bytes, as: UTF8.self))
}

/// Prints a list of objects as JSON.
func printListing(_ key: String, _ list: consuming JSON) throws(Failure) {
    var json = JSON.object()
    json.set("schema", JSON(1))
    json.set(key, list)
    try printLine(json)
}

/// Text from elsewhere, with nothing in it that could move a cursor.
///
/// A name that a daemon or a device tells is not to be trusted with a person's terminal.
func visible(_ text: String) -> String { text.visible }

/// The same of a text of several lines, such as all the mistakes in a file.
func visibleLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { visible(String($0)) }.joined(separator: "\n")
}

/// Columns of text, each as wide as its widest cell, two blanks between.
struct Table {
    private var rows: [[String]]

    init(_ header: [String] = []) { rows = header.isEmpty ? [] : [header] }

    mutating func add(_ row: [String]) { rows.append(row.map(visible)) }

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
                // Nothing trails: what is copied from a terminal stays clean.
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

/// The text on lines of at most 80 columns, broken between words; those after the first are
/// set in.
func wrapped(_ text: String) -> String {
    var lines = ""
    var line = ""
    for word in text.split(separator: " ") {
        if !line.isEmpty, line.unicodeScalars.count + 1 + word.unicodeScalars.count > 80 {
            lines += line + "\n"
            line = "  "
        } else if !line.isEmpty {
            line += " "
        }
        line += word
    }
    return lines + line + "\n"
}
