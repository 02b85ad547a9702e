package import Config
package import HAL

/// The lines of the relays, written down for a later process.
///
/// Some kernels, such as that of a Raspberry Pi, leave a pin as it is when its program dies. So the
/// service manager runs `intercomd --relays-off` after every end of the daemon. The note makes that
/// run independent of settings, which may have changed since.
package enum RelayNote {
    package struct Line: Equatable {
        package let name: String
        package let isActiveLow: Bool
    }

    private static let linesMax = 16
    private static let sizeMax = 4096

    package static func path(in runtime: String) -> String { "\(runtime)/relays" }

    /// Writes down the relays' lines, or removes the note where there are none; returns the error
    /// of a failure.
    package static func write(_ relays: [Config.Relay], in runtime: String) -> SystemError? {
        do throws(SystemError) {
            guard !relays.isEmpty else {
                try FileStore.remove(path(in: runtime))
                return nil
            }
            let lines = relays.map { Line(name: $0.line, isActiveLow: $0.isActiveLow) }
            let bytes = Array(text(lines).utf8)
            try FileStore.write(bytes.span, to: path(in: runtime), mode: 0o644)
            return nil
        } catch { return error }
    }

    package static func text(_ lines: [Line]) -> String {
        lines.map { ($0.isActiveLow ? "low " : "high ") + $0.name + "\n" }.joined()
    }

    /// Returns the lines of a note; leaves out invalid rows.
    package static func lines(of bytes: [UInt8]) -> [Line] {
        let rows = bytes.split(separator: UInt8(ascii: "\n")).prefix(linesMax)
        return rows.compactMap { row in
            let text = String(decoding: row, as: UTF8.self)
            for (word, isActiveLow) in [("low ", true), ("high ", false)]
            where text.hasPrefix(word) && text.utf8.count > word.utf8.count {
                let name = String(text.dropFirst(word.utf8.count))
                // An LED's name is that of a folder.
                guard !(name.hasPrefix("led:") && name.utf8.contains(UInt8(ascii: "/"))) else {
                    return nil
                }
                return Line(name: name, isActiveLow: isActiveLow)
            }
            return nil
        }
    }

    /// Switches off every line of the note, and reports the result of each.
    ///
    /// A note of another user is ignored, above all by root. A line that another program holds is
    /// left alone. No program holds an LED, so all lines are left alone while a daemon answers.
    ///
    /// - Returns: Why nothing was done; nil after the attempt, or without a note.
    @discardableResult
    package static func switchOff(_ paths: Paths, _ tell: (Line, GPIOError?) -> Void) -> String? {
        guard !LocalSocket.isAnswered(paths.controlSocket) else {
            return "intercomd is running and uses them; stop it first"
        }
        let path = path(in: paths.runtime)
        let found: FileStore.Status?
        do throws(SystemError) {
            found = try FileStore.status(of: path)
        } catch { return error.description }
        guard let status = found else { return nil }
        guard status.isRegular, status.owner == Environment.userID else {
            return "\(path) belongs to another user; run this as the user of the daemon: "
                + "sudo -u intercomd intercomd --relays-off"
        }
        guard let bytes = try? FileStore.read(path, limit: sizeMax) else {
            return "\(path) cannot be read, or is not a list of relays"
        }
        for line in lines(of: bytes) {
            do throws(GPIOError) {
                // Requested at its inactive level, which stays after the end of the request.
                _ = try OutputLine(
                    name: line.name, activeLow: line.isActiveLow, consumer: "intercomd")
                tell(line, nil)
            } catch { tell(line, error) }
        }
        return nil
    }

    /// Runs `intercomd --relays-off`; returns its exit code.
    package static func switchOff(_ folder: String) -> Int32 {
        var code: Int32 = 0
        // The paths are known even where other settings are wrong.
        let paths = ConfigFolder(folder).paths
        let reason = switchOff(paths) { line, error in
            guard let error else { return Log.notice("relay line \(line.name) is off") }
            Log.error("relay line \(line.name) is not switched off: \(error)")
            code = 1
        }
        guard let reason else { return code }
        Log.error("no relay is switched off: \(reason)")
        return 1
    }
}
