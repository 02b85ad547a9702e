internal import Control
internal import HAL

/// Prints text of the result unchanged.
///
/// A failed write is a failure: a script must not mistake cut output for all of it.
func printText(_ text: String) throws(Failure) {
    guard Terminal.write(text) else { throw unwritten }
}

/// The same of a secret, which no copy is made of.
func print(secret: Span<UInt8>) throws(Failure) {
    guard Terminal.write(secret: secret) else { throw unwritten }
}

private var unwritten: Failure {
    Failure(.failed, "the output cannot be written: the reader is gone or the disk is full")
}

/// Prints a line for a person, or several; at a terminal, sentences that are longer end their lines
/// between words.
func printLine(_ text: String, to output: Terminal.Output = .result) throws(Failure) {
    let size = Terminal.isInteractive(output) ? Terminal.size(of: output) : nil
    guard Terminal.write(folded(text, columns: size?.columns ?? Int.max), to: output) else {
        throw unwritten
    }
}

/// Prints a question as `printLine` does its lines, and leaves the cursor behind it.
func printQuestion(_ text: String, to output: Terminal.Output = .result) throws(Failure) {
    let size = Terminal.isInteractive(output) ? Terminal.size(of: output) : nil
    let question = folded(text, columns: size?.columns ?? Int.max).dropLast()
    guard Terminal.write("\(question) ", to: output) else { throw unwritten }
}

/// Prints the lines of a screen, each with its end; sentences among them as `printLine` does.
func printScreen(_ text: String) throws(Failure) {
    guard !text.isEmpty else { return }
    try printLine(text.last == "\n" ? String(text.dropLast()) : text)
}

/// Prints one JSON object as one line of the result.
func printLine(_ json: borrowing JSON) throws(Failure) {
    guard let bytes = json.encoded(limit: Int.max) else { return }
    try printText(String(decoding: bytes, as: UTF8.self).escaped + "\n")
}

/// Prints a list of objects as JSON.
func printListing(_ key: String, _ list: consuming JSON) throws(Failure) {
    var json = JSON.object()
    json.set("schema", JSON(1))
    json.set(key, list)
    try printLine(json)
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

    /// Text of several lines, such as all the mistakes in a file, each made `visible`.
    var visibleLines: String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).visible }.joined(separator: "\n")
    }
}

/// The lines, of which those that are too long are broken; those set in by four blanks are there
/// to be copied, and stay.
func folded(_ text: String, columns: Int) -> String {
    var folded = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let isLong = line.unicodeScalars.count > columns && !line.hasPrefix("    ")
        folded += isLong ? broken(pieces(of: line, columns), columns) : line + "\n"
    }
    return folded
}

/// The text on lines of at most 80 columns, broken between words.
func wrapped(_ text: String) -> String { broken(text.split(separator: " ").map { String($0) }, 80) }

/// The pieces on lines of at most so many columns; lines after the first are set in.
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

/// Words, each with what is set in columns beside it, and commands that fit into a line, which stay
/// whole, so that they can be copied.
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
