public import Config
internal import HAL

/// The checks of right settings against this machine.
public enum PlaceChecks {
    /// Mistakes that would show only at work: the station starts all the same.
    public static func mistakes(in config: Config) -> [Mistake] {
        hook(config.events) + lines(of: config)
    }

    /// Folders that the service may not look into (`ProtectHome=` in its unit).
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
                return [Mistake(origin, "on-event: \(path) cannot be run: chmod 755 \(path)")]
            }
            return []
        } catch {
            // The user may not look there, so nothing is known.
            return []
        }
    }

    /// Missing lines for which there is one in other letters: `gpio17` for `GPIO17`.
    private static func lines(of config: Config) -> [Mistake] {
        let wanted =
            config.buttons.filter { $0.keyCode == nil }.map { ($0.line, $0.lineOrigin) }
            + config.lamps.map { ($0.line, $0.lineOrigin) }
            + config.relays.map { ($0.line, $0.lineOrigin) }
        guard !wanted.isEmpty else { return [] }
        let names = lineNames()
        return wanted.compactMap { line, origin in
            let isOther = !line.isEmpty && !names.contains(line)
            let lowered = line.lowercased()
            guard isOther, let right = names.first(where: { $0.lowercased() == lowered }) else {
                return nil
            }
            return Mistake(
                origin, "line: there is no line \"\(line)\" on this machine", didYouMean: right)
        }
    }

    /// The names of all lines that the user may look at.
    private static func lineNames() -> [String] {
        var names: [String] = []
        for number in GPIOChip.numbers() {
            do throws(GPIOError) {
                names += try GPIOChip(number: number).lines().map { $0.name }
            } catch { continue }
        }
        return names
    }
}
