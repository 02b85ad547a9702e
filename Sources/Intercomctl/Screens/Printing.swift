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

/// Prints one line of the result.
func printLine(_ text: String) throws(Failure) { try printText(text + "\n") }

/// Prints one JSON object as one line of the result.
func printLine(_ json: borrowing JSON) throws(Failure) {
    guard let bytes = json.encoded(limit: Int.max) else { return }
    try printLine(String(decoding: bytes, as: UTF8.self).escaped)
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
