public import Config
internal import HAL

/// Checks of valid settings against this machine.
public enum PlaceChecks {
    /// Finds mistakes that would show only later: the station still starts.
    public static func mistakes(in config: Config, of folder: String) -> [Mistake] {
        hook(config.events) + lines(of: config) + unread(in: "\(folder)/peers.d")
    }

    /// Finds files of peers that are not read because of their names: `garage`, `garage.conf.txt`,
    /// `GARAGE.CONF`.
    private static func unread(in folder: String) -> [Mistake] {
        let names = (try? FileStore.names(in: folder, suffix: "")) ?? []
        return names.compactMap { name in
            var stem = name.lowercased()
            if stem.hasSuffix(".txt") { stem.removeLast(4) }
            if stem.hasSuffix(".conf") { stem.removeLast(5) }
            // A file of another kind, or a disabled one, such as `garage.conf.off`.
            guard !stem.contains("."), !name.hasSuffix(".conf"), !name.hasSuffix("~"),
                name.lowercased() != "readme.txt"
            else { return nil }
            return Mistake(
                Origin(file: "\(folder)/\(name)", line: 1),
                "not read: the name of a peer's file ends with .conf; call it \(stem).conf")
        }
    }

    /// Folders that the service may not read (`ProtectHome=` in its unit).
    private static let hidden = ["/home", "/root", "/run/user"]

    private static func hook(_ events: Config.Events) -> [Mistake] {
        guard let path = events.onEvent else { return [] }
        let origin = events.onEventOrigin
        if let folder = hidden.first(where: { path.hasPrefix("\($0)/") }) {
            return [
                Mistake(
                    origin,
                    "on-event: the service cannot see \(folder); put the program into"
                        + " /usr/local/bin")
            ]
        }
        do throws(SystemError) {
            guard let status = try FileStore.status(of: path) else {
                return [Mistake(origin, "on-event: there is no program \(path)")]
            }
            guard status.isRegular, status.mode & 0o111 != 0 else {
                return [
                    Mistake(origin, "on-event: \(path) cannot be run: sudo chmod 755 \(path)")
                ]
            }
            return try firstLine(of: path).map { [Mistake(origin, "on-event: \($0)")] } ?? []
        } catch {
            // The user may not look there, so nothing is known.
            return []
        }
    }

    /// Checks the first line of a script: the kernel would only report "no such file".
    private static func firstLine(of path: String) throws(SystemError) -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count: Int
        do {
            let file = try OpenFile(reading: path)
            var room = bytes.mutableSpan
            count = try file.read(into: &room)
        }
        let start = bytes[..<count]
        // A program, not a script.
        if start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) { return nil }
        guard start.starts(with: "#!".utf8) else {
            return "the first line of \(path) is to be #!/bin/sh, or another interpreter"
        }
        let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        guard line.last != UInt8(ascii: "\r") else {
            return "\(path) has the line ends of Windows: sed -i 's/\\r$//' \(path)"
        }
        let words = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
        guard let interpreter = words.first.map({ String($0) }),
            try FileStore.status(of: interpreter) != nil
        else { return "\(path) names an interpreter that is not there" }
        return nil
    }

    /// Finds lines that no chip of this machine has; without a chip the file is for another
    /// machine.
    private static func lines(of config: Config) -> [Mistake] {
        let wanted =
            config.buttons.filter { $0.keyCode == nil }.map { ($0.line, $0.lineOrigin) }
            + config.lamps.filter { !$0.line.hasPrefix("led:") }.map { ($0.line, $0.lineOrigin) }
            + config.relays.map { ($0.line, $0.lineOrigin) }
        guard wanted.contains(where: { !$0.0.isEmpty }), !GPIOChip.numbers().isEmpty else {
            return []
        }
        let names = lineNames()
        return wanted.compactMap { (line, origin) -> Mistake? in
            do throws(GPIOError) {
                if !line.isEmpty { _ = try GPIOLine.place(of: line) }
                return nil
            } catch {
                // A line that the user may not look at may exist.
                switch error.reason {
                case .noLine, .noChip: break
                default: return nil
                }
                return Mistake(
                    origin, "line: there is no line \"\(line)\" on this machine",
                    didYouMean: nearestLine(to: line, among: names))
            }
        }
    }

    /// Returns the name that was probably meant; case and blanks do not count.
    public static func nearestLine(to line: String, among names: [String]) -> String? {
        let small = line.lowercased()
        let written = small.split(separator: " ").joined()
        if let same = names.first(where: { $0.lowercased() == written }) { return same }
        let near = nearestWord(to: small, among: names.map { $0.lowercased() })
        return names.first { $0.lowercased() == near }
    }

    /// Returns the names of all lines that the user may look at.
    private static func lineNames() -> [String] {
        var names: [String] = []
        for number in GPIOChip.numbers() {
            do throws(GPIOError) {
                for line in try GPIOChip(number: number).lines() {
                    if !line.name.isEmpty { names.append(line.name) }
                    if let number = line.headerNumber { names.append("GPIO\(number)") }
                }
            } catch { continue }
        }
        return names
    }
}
