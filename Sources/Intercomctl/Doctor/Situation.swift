internal import Config
internal import Control
internal import HAL
internal import Settings

/// What every check begins with: the settings, and what the daemon says if it can be asked.
struct Situation {
    enum Settings {
        case right(Config)
        case wrong(ConfigError)
        case unreadable(SystemError)
        /// There is no configuration yet; these are the defaults.
        case absent(SystemError, Config?)
    }

    enum Answer {
        case up(Status, process: Int32)
        case down
        /// There is one, or may be, but it does not answer us: its devices are left alone.
        case deaf(Complaint)
    }

    let folder: String
    let paths: Paths
    let settings: Settings
    let daemon: Answer

    private static let noSuchFile: Int32 = 2

    init(_ invocation: borrowing Invocation) {
        let folder = ConfigFolder(invocation.configFolder)
        self.folder = folder.folder
        (settings, paths) = Self.settings(in: folder)
        let isNowhere = invocation.config != nil && folder.mainError != nil
        daemon = isNowhere && invocation.socket == nil ? .down : Self.daemon(invocation)
    }

    init(folder: String, paths: Paths, settings: Settings, daemon: Answer) {
        self.folder = folder
        self.paths = paths
        self.settings = settings
        self.daemon = daemon
    }

    /// The settings to look at devices by; nil when they are wrong.
    var config: Config? {
        switch settings {
        case .right(let config): config
        case .absent(_, let defaults): defaults
        case .wrong, .unreadable: nil
        }
    }

    var status: Status? {
        guard case .up(let status, _) = daemon else { return nil }
        return status
    }

    private static func settings(in folder: ConfigFolder) -> (Settings, Paths) {
        do throws(SystemError) {
            let sources = try folder.sources()
            do throws(ConfigError) {
                let config = try Config(sources, paths: folder.paths)
                return (.right(config), config.paths)
            } catch { return (.wrong(error), folder.paths) }
        } catch {
            guard let mainError = folder.mainError, mainError.errno == noSuchFile else {
                return (.unreadable(error), folder.paths)
            }
            let least = ConfigSource(
                role: .main, path: "\(folder.folder)/intercomd.conf",
                bytes: Array("[station]\nname = station\n".utf8))
            return (.absent(mainError, try? Config([least], paths: folder.paths)), folder.paths)
        }
    }

    /// Plenty for an answer that takes a millisecond.
    private static let patience = Duration.milliseconds(700)

    private static func daemon(_ invocation: borrowing Invocation) -> Answer {
        do throws(Failure) {
            var daemon = try Daemon(invocation, patience: patience)
            guard case .status(let status) = try daemon.ask(.status) else { throw misfit() }
            return .up(status, process: daemon.process)
        } catch {
            if error.code == .notRunning { return .down }
            return .deaf(versionComplaint(invocation) ?? Complaint(error.text))
        }
    }

    /// Programs of two versions may not understand each other's status, but do the version.
    private static func versionComplaint(_ invocation: borrowing Invocation) -> Complaint? {
        guard var daemon = try? Daemon(invocation, patience: patience),
            let reply = try? daemon.ask(.version), case .version(let theirs) = reply,
            theirs.version != Product.version
        else { return nil }
        return Complaint(
            "intercomd \(theirs.version) runs, and intercomctl is \(Product.version);"
                + " sudo systemctl restart intercomd, or install both of one version")
    }
}
