extension Config {
    /// `[quiet]`: hours in which only an emergency may disturb.
    public struct Quiet: Equatable, Sendable {
        /// Nil: at no time.
        public internal(set) var hours: Hours?
        /// The volume of the ringtone in these hours, at most, in per cent.
        public internal(set) var ring = 60
    }

    /// A span of the day, over midnight where its end is the earlier time.
    public struct Hours: Equatable, Sendable {
        /// Minutes since midnight, each below 1440, and never the same.
        public let start: Int
        public let end: Int

        /// Whether a minute since midnight is in it; the end is not.
        public func contains(minute: Int) -> Bool {
            start < end
                ? (start..<end).contains(minute) : minute >= start || minute < end
        }

        var text: String { "\(Self.text(start))-\(Self.text(end))" }

        private static func text(_ minute: Int) -> String {
            let (hours, rest) = (minute / 60, minute % 60)
            return "\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
        }
    }
}

extension Config.Quiet: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting("hours", Config.Hours.form.or("none"), { $0.hours }, { $0.hours = $1 }),
            Setting("ring", .integer(in: 0...100), { $0.ring }, { $0.ring = $1 }),
        ]
    }
}

extension Config.Hours {
    fileprivate static var form: Form<Self> {
        Form(
            allowed: .forms(["none"]),
            parse: { text in
                let parts = text.split(separator: "-", omittingEmptySubsequences: false)
                    .map { minute($0) }
                guard parts.count == 2, let start = parts[0], let end = parts[1] else {
                    return .wrong(
                        "\(quoted(text)) must be two times of day, such as 22:00-06:30, or none")
                }
                guard start != end else { return .wrong("\(quoted(text)) has the same time twice") }
                return .value(Self(start: start, end: end))
            },
            text: { $0.text })
    }

    /// The minutes since midnight of `6:30` or `06:30`.
    private static func minute(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8).filter { $0 != 0x20 }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            let hour = number(parts[0]), let minute = number(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }
}
