/// Why the line of a button, lamp or relay is not open, for programs; `error` says it for people.
public struct LineFault: JSONRecord, Equatable, Sendable {
    public enum Cause: String, CaseIterable, Sendable {
        case noChip = "no_chip"
        case noLine = "no_line"
        case busy
        case noPermission = "no_permission"
        case noDevice = "no_device"
        case noKey = "no_key"
        case noLED = "no_led"
        case failed
        /// A word of a newer program.
        case other
    }

    public var cause: Cause?
    /// The program or driver that has a busy line; null when the kernel does not say.
    public var holder: String?

    public init() {}

    public init(_ cause: Cause, holder: String? = nil) {
        self.cause = cause
        self.holder = holder
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        var word = cause?.rawValue
        coder.field("cause", &word)
        cause = word.map { Cause(rawValue: $0) ?? .other }
        coder.field("holder", &holder)
    }
}
