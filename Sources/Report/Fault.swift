/// Something that is wrong, or could be better: what, where, and what to do about it.
///
/// It is made by the part of the program that knows it, and shown as it is, on every screen.
public struct Fault: JSONRecord, Equatable, Sendable {
    /// One word for programs, such as `no_carrier` or `busy`.
    public var code = ""
    /// The part that has it, such as `button ptt on GPIO17`, or a peer's name; empty for the whole
    /// station.
    public var subject = ""
    public var text = ""
    /// The way out; null where it is said already, or there is none.
    public var fix: String?

    public init() {}

    public init(_ code: String, of subject: String = "", _ text: String, fix: String? = nil) {
        (self.code, self.subject, self.text, self.fix) = (code, subject, text, fix)
    }

    public mutating func fields(_ coder: inout JSONCoder) {
        coder.field("code", &code)
        coder.field("subject", &subject)
        coder.field("text", &text)
        coder.field("fix", &fix)
    }

    /// The text with its subject.
    public var finding: String { subject.isEmpty ? text : "\(subject): \(text)" }

    /// All of it on one line.
    public var sentence: String { fix.map { "\(finding) -> \($0)" } ?? finding }
}
