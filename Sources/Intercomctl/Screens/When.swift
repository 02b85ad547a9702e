internal import HAL

/// A moment as a person types it: an age, a time of day, or a day.
enum When: Equatable {
    /// Seconds.
    case ago(Int)
    /// The last time at which the local clock showed this.
    case timeOfDay(hour: Int, minute: Int)
    case moment(LocalTime)

    /// Nil for what is none of these.
    init?(_ text: String) {
        if let seconds = Self.seconds(text) {
            self = .ago(seconds)
            return
        }
        let parts = text.split { $0 == " " || $0 == "T" }.map { String($0) }
        if parts.count == 1, let (hour, minute) = Self.time(parts[0]) {
            self = .timeOfDay(hour: hour, minute: minute)
            return
        }
        guard (1...2).contains(parts.count), var day = Self.day(parts[0]) else { return nil }
        if parts.count == 2 {
            guard let (hour, minute) = Self.time(parts[1]) else { return nil }
            (day.hour, day.minute) = (hour, minute)
        }
        guard day.milliseconds != nil else { return nil }
        self = .moment(day)
    }

    static var complaint: Failure {
        Failure(
            .usage,
            "--since takes a time such as 30m, 2h, 3d, 21:00, 2026-11-20 or \"2026-11-20 21:00\"")
    }

    /// The moment in milliseconds since 1970, as `now` is.
    func milliseconds(before now: Int64) -> Int64? {
        switch self {
        case .ago(let seconds): return now - Int64(seconds) * 1000
        case .moment(let time): return time.milliseconds
        case .timeOfDay(let hour, let minute):
            for day in [now, now - 86_400_000] {
                guard var time = LocalTime(milliseconds: day) else { return nil }
                (time.hour, time.minute, time.second) = (hour, minute, 0)
                if let found = time.milliseconds, found <= now { return found }
            }
            return nil
        }
    }

    /// The seconds of `90s`, `30m`, `2h`, `3d`; nil for anything else, and for more than a century.
    static func seconds(_ text: String) -> Int? {
        let units: [(UInt8, Int)] = [
            (UInt8(ascii: "s"), 1), (UInt8(ascii: "m"), 60), (UInt8(ascii: "h"), 3600),
            (UInt8(ascii: "d"), 86_400),
        ]
        guard let last = text.utf8.last, let unit = units.first(where: { $0.0 == last })?.1,
            let count = number(text.dropLast()), count <= 36_525 * 86_400 / unit
        else { return nil }
        return count * unit
    }

    private static func time(_ text: String) -> (Int, Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hour = number(parts[0]), let minute = number(parts[1]),
            parts[1].utf8.count == 2, hour < 24, minute < 60
        else { return nil }
        return (hour, minute)
    }

    private static func day(_ text: String) -> LocalTime? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0]), let month = number(parts[1]),
            let day = number(parts[2])
        else { return nil }
        return LocalTime(year: year, month: month, day: day)
    }

    private static func number(_ digits: Substring) -> Int? {
        guard (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(digits)
    }
}
