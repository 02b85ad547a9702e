internal import HAL
package import Report

/// Lines for the administrator of the station: in the journal with fields, else on standard error.
///
/// Only the control thread and the start-up write here, and never per packet.
package enum Log {
    package static func error(_ text: String) { start(text, .error) }
    package static func warning(_ text: String) { start(text, .warning) }
    package static func notice(_ text: String) { start(text, .notice) }

    /// Logs an event while the station runs, without waiting.
    ///
    /// Uses the words of `saying`, if given; `suppressed` is the number of suppressed events of its
    /// kind. Returns false when neither the journal nor standard error took it.
    package static func tell(_ event: Event, saying text: String? = nil, suppressed: Int? = nil)
        -> Bool
    {
        let message = text?.visible ?? event.sentence
        let priority = event.kind.priority
        if let journal {
            var entry = entry(message, priority)
            entry.set("MESSAGE_ID", event.kind.messageID.description)
            entry.set("INTERCOM_EVENT", event.kind.rawValue)
            if let peer = event.peer { entry.set("INTERCOM_PEER", peer.visible) }
            if let target = event.target { entry.set("INTERCOM_TARGET", target.visible) }
            let button = event.button ?? event.lamp
            if let button { entry.set("INTERCOM_BUTTON", button.visible) }
            if let asker = event.asker { entry.set("INTERCOM_BY", asker.visible) }
            if let user = event.user { entry.set("INTERCOM_UID", "\(user)") }
            if let suppressed { entry.set("INTERCOM_SUPPRESSED", "\(suppressed)") }
            if journal.send(entry) { return true }
        }
        return Terminal.offer(line(message, priority), to: .complaint)
    }

    /// Writes the whole text, however long that takes.
    ///
    /// For the start, and for the few files that a reload reads or writes.
    private static func start(_ text: String, _ priority: Event.Priority) {
        for part in text.split(separator: "\n") {
            let message = String(part).visible
            if let journal, journal.send(entry(message, priority)) { continue }
            Terminal.write(line(message, priority), to: .complaint)
        }
    }

    private static func entry(_ message: String, _ priority: Event.Priority) -> JournalEntry {
        var entry = JournalEntry()
        entry.set("MESSAGE", message)
        entry.set("PRIORITY", "\(priority.rawValue)")
        entry.set("SYSLOG_IDENTIFIER", "intercomd")
        return entry
    }

    private static func line(_ message: String, _ priority: Event.Priority) -> String {
        // The journal takes the number for the priority (sd-daemon(3)); a person needs none.
        let mark = journal == nil ? "" : "<\(priority.rawValue)>"
        return "\(mark)\(message)\n"
    }

    /// Nil unless standard error goes to the journal.
    private static let journal: JournalSocket? =
        JournalSocket.isStandardError
        ? JournalSocket(
            path: Environment.value(of: "INTERCOM_JOURNAL_SOCKET") ?? JournalSocket.standardPath)
        : nil
}
