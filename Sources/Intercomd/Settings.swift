internal import Config
internal import HAL

/// Reads the configuration files in the order in which they count.
enum Settings {
    /// Why there is no configuration, ready to be shown.
    struct Failure: Error {
        let text: String
    }

    private static let fileMax = 1 << 20

    static func read(_ folder: String) throws(Failure) -> Config {
        var paths = Paths(
            stateDirectory: Environment.value(of: "STATE_DIRECTORY"),
            runtimeDirectory: Environment.value(of: "RUNTIME_DIRECTORY"))
        var sources: [ConfigSource] = []
        do throws(SystemError) {
            let main = try source(.main, "\(folder)/intercomd.conf")
            paths = Config.paths(in: main, otherwise: paths)
            sources.append(main)
            try sources.append(contentsOf: all(.peers, in: "\(folder)/peers.d"))
            try sources.append(contentsOf: all(.learned, in: paths.learnedPeers))
        } catch {
            throw Failure(text: error.description)
        }
        do throws(ConfigError) {
            return try Config(sources, paths: paths)
        } catch {
            throw Failure(text: error.description)
        }
    }

    private static func all(
        _ role: ConfigSource.Role, in folder: String
    ) throws(SystemError) -> [ConfigSource] {
        var found: [ConfigSource] = []
        for name in try FileStore.names(in: folder, suffix: ".conf") {
            found.append(try source(role, "\(folder)/\(name)"))
        }
        return found
    }

    private static func source(
        _ role: ConfigSource.Role, _ path: String
    ) throws(SystemError) -> ConfigSource {
        ConfigSource(role: role, path: path, bytes: try FileStore.read(path, limit: fileMax))
    }
}
