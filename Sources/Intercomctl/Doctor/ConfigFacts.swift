internal import Config
internal import Files
internal import HAL

/// The configuration files, read as the daemon reads them.
struct ConfigFacts {
    let folder: String
    let settings: Situation.Settings
    /// Files and folders of settings that the station's user may not read.
    let hidden: [String]

    /// More mistakes than fit on a screen are for `config check`.
    private static let shown = 5

    init(_ situation: Situation) {
        self.init(
            situation.folder, situation.settings,
            hidden: Self.hidden(in: situation.folder, situation.paths))
    }

    init(_ folder: String, _ settings: Situation.Settings, hidden: [String] = []) {
        self.folder = folder
        self.settings = settings
        self.hidden = hidden
    }

    /// The station's user is the owner of the state directory; what others may do, it may.
    ///
    /// The peers in that directory are read with that user's rights anyway.
    private static func hidden(in folder: String, _ paths: Paths) -> [String] {
        let owner = paths.directory.owner
        guard owner != 0 else { return [] }
        var found: [String] = []
        for place in [folder, "\(folder)/peers.d"] {
            let files = (try? FileStore.names(in: place, suffix: ".conf")) ?? []
            for path in [place] + files.map({ "\(place)/\($0)" }) {
                guard let status = (try? FileStore.status(of: path)) ?? nil else { continue }
                let isHidden = status.owner != owner && status.mode & 0o044 == 0
                if isHidden, !found.contains(path) { found.append(path) }
            }
        }
        return found
    }

    var checks: [Check] {
        read
            + hidden.map { path in
                .fail(
                    .config, "\(path) may not be read by the station's own user",
                    fix: "sudo chmod a+rX \(path)")
            }
    }

    /// What reading the files found.
    private var read: [Check] {
        switch settings {
        case .absent:
            return [
                .fail(
                    .config, "there are no settings in \(folder)/intercomd.conf yet",
                    fix: "sudo intercomctl setup")
            ]
        case .unreadable(let error):
            // Not a fault of the station: the caller lacks the right.
            if error.errno == SystemError.noPermission {
                return [.warn(.config, error.finding, fix: "sudo intercomctl doctor")]
            }
            return [.fail(.config, error.finding, fix: error.fix ?? "intercomctl config check")]
        case .wrong(let error):
            var checks = error.mistakes.prefix(Self.shown).map { mistake in
                Check.fail(
                    .config, "\(mistake.origin): \(mistake.what)", fix: mistake.fix)
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
            let peers = plural(config.otherPeers.count, "peer")
            return [.ok(.config, "\(folder)/intercomd.conf + \(peers)")]
                + (config.warnings + PlaceChecks.mistakes(in: config, of: folder)).map { warning in
                    .warn(
                        .config, "\(warning.origin): \(warning.what)", fix: warning.fix)
                }
        }
    }
}
