internal import HAL
internal import Report

/// Prints text of the result unchanged.
///
/// A failed write is a failure: a script must not mistake cut output for the whole.
func printText(_ text: String) throws(Failure) {
    guard Terminal.write(text) else { throw unwritten }
}

private var unwritten: Failure {
    Failure("the output cannot be written: the reader is gone or the disk is full")
}

/// Prints one or more lines for a person; at a terminal, breaks long lines between words.
func printLine(_ text: String, to output: Terminal.Output = .result) throws(Failure) {
    guard Terminal.write(folded(text, for: output), to: output) else { throw unwritten }
}

/// Prints a question as `printLine` does, and leaves the cursor after the question.
func printQuestion(_ text: String, to output: Terminal.Output = .result) throws(Failure) {
    let question = folded(text, for: output).dropLast()
    guard Terminal.write("\(question) ", to: output) else { throw unwritten }
}

private func folded(_ text: String, for output: Terminal.Output) -> String {
    let size = Terminal.isInteractive(output) ? Terminal.size(of: output) : nil
    return folded(text, columns: size?.columns ?? Int.max)
}

/// Prints the lines of a screen, which may end in a newline, as `printLine` does.
func printScreen(_ text: String) throws(Failure) {
    guard !text.isEmpty else { return }
    try printLine(text.last == "\n" ? String(text.dropLast()) : text)
}

/// Prints one JSON object as one line of the result.
func printLine(_ json: borrowing JSON) throws(Failure) {
    guard let bytes = json.encoded(limit: Int.max) else { return }
    try printText(String(decoding: bytes, as: UTF8.self).escaped + "\n")
}

/// Prints the result of a command: JSON with `--json`, otherwise text for a person.
///
/// - Parameters:
///   - json: One object.
///   - text: Lines as `printScreen` takes them; empty if there is nothing to print.
///   - invocation: The command line.
///   - isFolded: Whether lines too long for the terminal are broken; false for a table.
/// - Throws: an output that cannot be written.
func printResult(
    _ json: borrowing JSON, _ text: @autoclosure () -> String,
    _ invocation: borrowing Invocation, isFolded: Bool = true
) throws(Failure) {
    if invocation.isJSON {
        try printLine(json)
    } else if isFolded {
        try printScreen(text())
    } else {
        try printText(text())
    }
}

extension JSON {
    /// Makes the object that a command prints, with its schema number.
    static func result() -> JSON {
        var json = JSON.object()
        json.set("schema", JSON(1))
        return json
    }

    /// Makes the object that a command prints, with one list.
    static func result<Element>(
        _ key: String, _ elements: [Element], _ json: (Element) -> JSON
    ) -> JSON {
        var result = JSON.result()
        result.set(key, list(elements, json))
        return result
    }

    static func list<Element>(_ elements: [Element], _ json: (Element) -> JSON) -> JSON {
        var list = JSON.array()
        for element in elements { list.append(json(element)) }
        return list
    }

    static func list(_ words: [String]) -> JSON { list(words) { JSON($0) } }
}

extension String {
    /// JSON with `\u` in place of each character that could control a terminal.
    var escaped: String {
        guard visible != self else { return self }
        var text = UnicodeScalarView()
        for scalar in unicodeScalars {
            if String(scalar).visible == String(scalar) {
                text.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16)
                let zeros = String(repeating: "0", count: max(0, 4 - digits.utf8.count))
                text.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
            }
        }
        return String(text)
    }

    /// The text of several lines, such as the mistakes in a file, with each line made `visible`.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).visible }.joined(separator: "\n")
    }
}

/// Breaks lines that are too long; a line indented by four blanks is there to be copied, and stays.
func folded(_ text: String, columns: Int) -> String {
    var folded = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let isLong = line.unicodeScalars.count > columns && !line.hasPrefix("    ")
        folded += isLong ? broken(pieces(of: line, columns), columns) : line + "\n"
    }
    return folded
}

/// Breaks the text between words into lines of at most 80 columns.
func wrapped(_ text: String) -> String { broken(text.split(separator: " ").map { String($0) }, 80) }

/// Joins the pieces into lines of at most `columns`; lines after the first are indented.
private func broken(_ pieces: [String], _ columns: Int) -> String {
    var lines = ""
    var line = ""
    for piece in pieces {
        if !line.isEmpty, line.unicodeScalars.count + 1 + piece.unicodeScalars.count > columns {
            lines += line + "\n"
            line = "  "
        } else if !line.isEmpty {
            line += " "
        }
        line += piece
    }
    return lines + line + "\n"
}

/// Splits a line into pieces that stay whole: a word with the column beside it, or a command that
/// fits into a line, so that it can be copied.
private func pieces(of text: Substring, _ columns: Int) -> [String] {
    var pieces: [String] = []
    var isCommand = false
    var blanks = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
        guard !word.isEmpty else {
            blanks += 1
            continue
        }
        let isSet = blanks > 0 && word != "->"
        let last = pieces.last ?? ""
        let isWhole =
            isCommand && last.unicodeScalars.count + 3 + word.unicodeScalars.count <= columns
        if isSet || isWhole || last.hasSuffix("->"), !pieces.isEmpty {
            pieces[pieces.count - 1] = "\(last) \(padding(blanks))\(word)"
        } else {
            pieces.append(padding(blanks) + word)
        }
        blanks = 0
        let name = word.drop { $0 == "\"" || $0 == "(" }
        isCommand = isCommand || name.hasPrefix("sudo") || name == "intercomctl"
        if let last = word.utf8.last, ";,)\".:".utf8.contains(last) { isCommand = false }
    }
    return pieces
}

/// Columns of text, each as wide as its widest cell, with two blanks between them.
struct Table {
    private var rows: [[String]]

    init(_ header: [String] = []) { rows = header.isEmpty ? [] : [header] }

    init<Element>(_ header: [String], _ elements: [Element], _ row: (Element) -> [String]) {
        self.init(header)
        for element in elements { add(row(element)) }
    }

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

// Numbers as people read them.

/// Rounds to one decimal place: 4.1; `-` for an unknown number.
func decimal(_ number: Double?, unit: String = "") -> String {
    guard let number, number.isFinite, number.magnitude < 1e9 else { return "-" }
    let tenths = nearest(number * 10)
    let sign = tenths < 0 ? "-" : ""
    return "\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10)\(unit)"
}

/// Rounds to the nearest whole number; `rounded()` would need the C library of mathematics.
private func nearest(_ number: Double) -> Int {
    number < 0 ? -Int(0.5 - number) : Int(number + 0.5)
}

/// Rounds to a whole number: 40ms; `-` for an unknown number.
func whole(_ number: Double?, unit: String = "") -> String {
    guard let number, number.isFinite, number.magnitude < 1e9 else { return "-" }
    return "\(nearest(number))\(unit)"
}

/// Counts things: 1 key, 2 keys.
func plural(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// Formats an age in two units at most: 3d 4h, 12m 5s, 14s.
func age(seconds: Int) -> String {
    let seconds = max(0, seconds)
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
    for (index, (size, unit)) in units.enumerated() where seconds >= size {
        guard index + 1 < units.count else { return "\(seconds)s" }
        let (smaller, smallerUnit) = units[index + 1]
        return "\(seconds / size)\(unit) \(seconds % size / smaller)\(smallerUnit)"
    }
    return "0s"
}

/// Formats an age, with tenths of a second below ten seconds.
func age(seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds.magnitude < 1e12 else { return "-" }
    return seconds < 10 ? decimal(seconds, unit: "s") : age(seconds: Int(seconds))
}

/// Formats a number with at least two digits.
func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// Formats the local time of day: 21:10:04.113.
func timeOfDay(milliseconds: Int) -> String {
    guard let time = LocalTime(milliseconds: Int64(milliseconds)) else { return "?" }
    let fraction = (milliseconds % 1000 + 1000) % 1000
    let zeros = fraction < 10 ? "00" : fraction < 100 ? "0" : ""
    return "\(two(time.hour)):\(two(time.minute)):\(two(time.second)).\(zeros)\(fraction)"
}
