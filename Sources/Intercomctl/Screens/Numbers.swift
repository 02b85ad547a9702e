internal import HAL

// Numbers as people read them.

/// One decimal place: 4.1; nothing when it is not known.
func decimal(_ number: Double?, unit: String = "") -> String {
    guard let number, number.isFinite, number.magnitude < 1e9 else { return "-" }
    let tenths = nearest(number * 10)
    let sign = tenths < 0 ? "-" : ""
    return "\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10)\(unit)"
}

/// The nearest whole number; `rounded()` would need the C library of mathematics.
private func nearest(_ number: Double) -> Int {
    number < 0 ? -Int(0.5 - number) : Int(number + 0.5)
}

/// No decimal place: 40ms.
func whole(_ number: Double?, unit: String = "") -> String {
    guard let number, number.isFinite, number.magnitude < 1e9 else { return "-" }
    return "\(nearest(number))\(unit)"
}

/// One key, two keys.
func plural(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// Two units at most: 3d 4h, 12m 5s, 14s.
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

/// An age of seconds and tenths while it is short.
func age(seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds.magnitude < 1e12 else { return "-" }
    return seconds < 10 ? decimal(seconds, unit: "s") : age(seconds: Int(seconds))
}

/// The local time of day: 21:10:04.113.
func timeOfDay(milliseconds: Int) -> String {
    guard let time = LocalTime(milliseconds: Int64(milliseconds)) else { return "?" }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let fraction = (milliseconds % 1000 + 1000) % 1000
    let zeros = fraction < 10 ? "00" : fraction < 100 ? "0" : ""
    return "\(two(time.hour)):\(two(time.minute)):\(two(time.second)).\(zeros)\(fraction)"
}
