internal import Config

/// Settings, and the same with a mistake.
enum SettingsTrial {
    static let good = """
        [station]
        name = kitchen
        [channel house]
        [button talk]
        line = GPIO17
        talk = house

        """

    /// Whether settings are read, and a mistake in them is told of by its line.
    static func holds(_ text: String = good) -> Bool {
        guard case .read(let name) = outcome(text), name == "kitchen" else { return false }
        return outcome(text + "lin = GPIO18\n") == .mistake(line: 7)
    }

    private enum Outcome: Equatable {
        case read(name: String)
        case mistake(line: Int)
    }

    private static func outcome(_ text: String) -> Outcome {
        let source = ConfigSource(role: .main, path: "intercomd.conf", bytes: Array(text.utf8))
        do throws(ConfigError) {
            let paths = Paths(stateDirectory: nil, runtimeDirectory: nil)
            return .read(name: try Config([source], paths: paths).station.name)
        } catch { return .mistake(line: error.mistakes.first?.origin.line ?? 0) }
    }
}
