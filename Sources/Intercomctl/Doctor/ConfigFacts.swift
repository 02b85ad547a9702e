internal import Config
internal import HAL

/// The configuration files, read as the daemon reads them.
struct ConfigFacts {
    let folder: String
    let settings: Situation.Settings

    /// More mistakes than fit on a screen are for `config check`.
    private static let shown = 5
    private static let noPermission: Int32 = 13

    init(_ situation: Situation) { self.init(situation.folder, situation.settings) }

    init(_ folder: String, _ settings: Situation.Settings) {
        self.folder = folder
        self.settings = settings
    }

    var checks: [Check] {
        switch settings {
        case .absent:
            return [
                .fail(
                    .config, "there is no \(folder)/intercomd.conf yet",
                    fix: "sudo intercomctl setup")
            ]
        case .unreadable(let error):
            let complaint = Complaint(error.description)
            // Not a fault of the station: it is the one who asks who may not.
            if error.errno == Self.noPermission {
                return [.warn(.config, complaint.text, fix: "sudo intercomctl doctor")]
            }
            return [
                .fail(.config, complaint.text, fix: complaint.fix ?? "intercomctl config check")
            ]
        case .wrong(let error):
            var checks = error.mistakes.prefix(Self.shown).map { mistake in
                Check.fail(
                    .config, "\(mistake.origin): \(mistake.what)",
                    fix: mistake.suggestion.map { "did you mean \"\($0)\"?" }
                        ?? "sudoedit \(mistake.origin.file)")
            }
            let more = error.mistakes.count - checks.count + error.omitted
            if more > 0 {
                checks.append(
                    .fail(
                        .config, "and \(plural(more, "mistake")) more",
                        fix: "intercomctl config check"))
            }
            return checks
        case .right(let config):
            let peers = plural(config.peers.count, "peer")
            return [.ok(.config, "\(folder)/intercomd.conf + \(peers)")]
                + config.warnings.map { warning in
                    .warn(
                        .config, "\(warning.origin): \(warning.what)",
                        fix: "sudoedit \(warning.origin.file)")
                }
        }
    }
}
