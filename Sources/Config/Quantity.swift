/// Numbers with units, as a configuration has them: `150ms`, `-6dB`.
enum Quantity {
    /// A decimal number split exactly into its parts: the value is `digits / 10^places`.
    private struct Decimal {
        var digits: Int
        var places: Int
        var isNegative: Bool
        var unit: String
    }

    /// Splits `-2.5ms` into its number and its unit; nil when there is no number.
    ///
    /// It takes at most nine digits on each side of the point, so no product below can overflow.
    private static func split(_ text: String) -> Decimal? {
        var bytes = text.utf8[...]
        var result = Decimal(digits: 0, places: 0, isNegative: false, unit: "")
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            result.isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        var whole = 0
        while let byte = bytes.first, isDigit(byte) {
            whole += 1
            guard whole <= 9 else { return nil }
            result.digits = result.digits * 10 + Int(byte - UInt8(ascii: "0"))
            bytes = bytes.dropFirst()
        }
        guard whole > 0 else { return nil }
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            while let byte = bytes.first, isDigit(byte) {
                result.places += 1
                guard result.places <= 9 else { return nil }
                result.digits = result.digits * 10 + Int(byte - UInt8(ascii: "0"))
                bytes = bytes.dropFirst()
            }
            guard result.places > 0 else { return nil }
        }
        while bytes.first == UInt8(ascii: " ") { bytes = bytes.dropFirst() }
        result.unit = String(decoding: bytes, as: UTF8.self)
        return result
    }

    private static func powerOfTen(_ exponent: Int) -> Int {
        var power = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    /// Reads `2.5ms`, `150ms`, `3s`, `2m`, `1h`, `0`.
    static func duration(_ text: String) -> Parsed<Duration> {
        guard let number = split(text), !number.isNegative else {
            return .wrong("\(quoted(text)) is not a time such as 150ms, 3s or 2m")
        }
        let nanoseconds: Int
        switch number.unit {
        case "us": nanoseconds = 1_000
        case "ms": nanoseconds = 1_000_000
        case "s": nanoseconds = 1_000_000_000
        case "m": nanoseconds = 60_000_000_000
        case "h": nanoseconds = 3_600_000_000_000
        case "" where number.digits == 0: return .value(.zero)
        case "": return .wrong("\(quoted(text)) needs a unit: us, ms, s, m or h")
        default:
            return .wrong("\(quoted(text)) has an unknown unit; must be us, ms, s, m or h")
        }
        let (product, overflow) = number.digits.multipliedReportingOverflow(by: nanoseconds)
        guard !overflow else { return .wrong("\(quoted(text)) is too long a time") }
        return .value(.nanoseconds(product / powerOfTen(number.places)))
    }

    /// Reads a whole number: `5577`.
    static func integer(_ text: String) -> Parsed<Int> {
        guard let number = split(text), number.places == 0, number.unit.isEmpty else {
            return .wrong("\(quoted(text)) is not a whole number")
        }
        return .value(number.isNegative ? -number.digits : number.digits)
    }

    /// Reads a percentage: `80%`, `80`; nil when it is not 0 to 100.
    static func percent(_ text: String) -> Int? {
        let digits = text.utf8.last == UInt8(ascii: "%") ? String(text.dropLast()) : text
        guard case .value(let percent) = integer(digits), (0...100).contains(percent) else {
            return nil
        }
        return percent
    }

    /// Reads decibels: `+3dB`, `-6dB`, `0`.
    static func decibels(_ text: String) -> Parsed<Double> {
        guard let number = split(text) else {
            return .wrong("\(quoted(text)) is not a gain such as -6dB")
        }
        guard number.unit == "dB" || (number.unit.isEmpty && number.digits == 0) else {
            return .wrong("\(quoted(text)) needs the unit dB")
        }
        let magnitude = Double(number.digits) / Double(powerOfTen(number.places))
        return .value(number.isNegative && magnitude != 0 ? -magnitude : magnitude)
    }

    /// Writes a time as a person would, and exactly: `2.5ms`, `150ms`, `2m`.
    ///
    /// Any readable time from 0 to 1 h is read back the same.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        guard nanoseconds > 0 else { return "0" }
        let units = [
            (3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"),
            (1_000_000, "ms"),
        ]
        for (size, unit) in units where nanoseconds % size == 0 {
            return "\(nanoseconds / size)\(unit)"
        }
        // Never a fraction of a second: nine places are more digits than the reader takes.
        return nanoseconds > 1_000_000
            ? fraction(nanoseconds, places: 6) + "ms" : fraction(nanoseconds, places: 3) + "us"
    }

    /// Writes decibels exactly: `+3dB`, `-3.5dB`, `0dB`.
    static func text(decibels: Double) -> String {
        let sign = decibels > 0 ? "+" : decibels < 0 ? "-" : ""
        let magnitude = decibels.magnitude
        // The fewest places that are read back as the same number; the reader takes nine at most.
        for places in 0..<9 {
            let power = powerOfTen(places)
            let digits = Int(magnitude * Double(power) + 0.5)
            guard Double(digits) / Double(power) == magnitude else { continue }
            return sign + fraction(digits, places: places) + "dB"
        }
        return sign + fraction(Int(magnitude * 1e9 + 0.5), places: 9) + "dB"
    }

    /// Writes decibels above a reference, which need no sign: `8dB`.
    static func text(level: Double) -> String {
        let text = text(decibels: level)
        return level > 0 ? String(text.dropFirst()) : text
    }

    /// The number `digits / 10^places`, without zeros at the end.
    private static func fraction(_ digits: Int, places: Int) -> String {
        let (whole, rest) = digits.quotientAndRemainder(dividingBy: powerOfTen(places))
        guard rest > 0 else { return "\(whole)" }
        let zeros = String(repeating: "0", count: places - "\(rest)".utf8.count)
        var tail = "\(zeros)\(rest)"
        while tail.utf8.last == UInt8(ascii: "0") { tail.removeLast() }
        return "\(whole).\(tail)"
    }
}
