internal import HAL

/// Lines for the journal, one event a line on standard error, as sd-daemon(3) has them.
///
/// Only the control thread and the start-up write here, and never per packet.
enum Log {
    enum Priority: Int { case error = 3, warning = 4, notice = 5, info = 6 }

    static func error(_ text: String) { write(text, .error) }
    static func warning(_ text: String) { write(text, .warning) }
    static func notice(_ text: String) { write(text, .notice) }
    static func info(_ text: String) { write(text, .info) }

    private static func write(_ text: String, _ priority: Priority) {
        // Under systemd the number sets the priority; a person at a terminal needs none.
        let mark = Terminal.isInteractive(.complaint) ? "" : "<\(priority.rawValue)>"
        Terminal.write("\(mark)\(text)\n", to: .complaint)
    }
}
