internal import Config
internal import Files
internal import HAL
internal import Report

/// The start of every check: the settings, and the daemon's status if it answers.
struct Situation {
    enum Settings {
        case right(Config)
        case wrong(ConfigError)
        case unreadable(SystemError)
        /// There is no configuration yet; these are the defaults.
        case absent(Config)
    }

    enum Answer {
        case up(Status, process: Int32)
        case down
        /// A daemon may run but does not answer: its devices are left alone.
        case deaf(Failure)
    }

    let folder: String
    let paths: Paths
    let settings: Settings
    let daemon: Answer

    init(_ invocation: borrowing Invocation) {
        let folder = ConfigFolder(invocation.configFolder)
        self.folder = folder.folder
        (settings, paths) = Self.settings(in: folder)
        let isNowhere = invocation.config != nil && !folder.isEmpty && folder.mainError != nil
        daemon = isNowhere && invocation.socket == nil ? .down : Self.daemon(invocation)
    }

    init(folder: String, paths: Paths, settings: Settings, daemon: Answer) {
        self.folder = folder
        self.paths = paths
        self.settings = settings
        self.daemon = daemon
    }

    /// The settings that name the devices; nil if they are wrong.
    var config: Config? {
        switch settings {
        case .right(let config), .absent(let config): config
        case .wrong, .unreadable: nil
        }
    }

    var status: Status? {
        guard case .up(let status, _) = daemon else { return nil }
        return status
    }

    /// Whether the daemon waits for settings, and so holds no device.
    var isUnconfigured: Bool {
        guard case .absent = settings, let audio = status?.audio else { return false }
        return audio.input.state == .none && audio.output.state == .none
    }

    /// Whether devices may be opened here, because the daemon cannot have them.
    var mayOpen: Bool {
        switch daemon {
        case .down: true
        case .up: isUnconfigured
        case .deaf: false
        }
    }

    private static func settings(in folder: ConfigFolder) -> (Settings, Paths) {
        do throws(SystemError) {
            let sources = try folder.sources(orElse: "[station]\nname = station\n")
            do throws(ConfigError) {
                let config = try Config(sources, paths: folder.paths)
                return (folder.isEmpty ? .absent(config) : .right(config), config.paths)
            } catch { return (.wrong(error), folder.paths) }
        } catch { return (.unreadable(error), folder.paths) }
    }

    /// Plenty for an answer that takes a millisecond.
    private static let patience = Duration.milliseconds(700)

    private static func daemon(_ invocation: borrowing Invocation) -> Answer {
        do throws(Failure) {
            var daemon = try Daemon(invocation, patience: patience)
            guard case .status(let status) = try daemon.ask(.status) else { throw Failure.misfit }
            return .up(status, process: daemon.process)
        } catch {
            if error.code == .notRunning { return .down }
            return .deaf(misfit(invocation) ?? error)
        }
    }

    /// Two versions may not understand each other's status, but always the `version` reply.
    private static func misfit(_ invocation: borrowing Invocation) -> Failure? {
        guard var daemon = try? Daemon(invocation, patience: patience),
            let reply = try? daemon.ask(.version), case .version(let theirs) = reply,
            theirs.version != Product.version
        else { return nil }
        return Failure(
            .failed, "intercomd \(theirs.version) runs, and intercomctl is \(Product.version)",
            fix: "sudo systemctl restart intercomd, or install both of one version")
    }
}
