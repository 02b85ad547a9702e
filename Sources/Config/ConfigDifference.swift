/// The changes between two configurations, in the words of the file.
public enum ConfigDifference {
    /// One thing that changed.
    public struct Line: Equatable, Sendable {
        public enum Change: Equatable, Sendable {
            /// A whole section is new.
            case added
            /// A whole section is gone.
            case removed
            /// One setting of a section has another value.
            case changed(key: String, old: String, new: String)
            /// The pre-shared key has changed, in the file of the same name.
            case otherPSK
        }

        /// The section's header: `[peer attic]`.
        public let header: String
        public let change: Change
        /// Whether only a restart can apply it: sockets and directories are opened at the start.
        public let needsRestart: Bool

        /// `+ [peer attic]`, `- [peer attic]`, `~ [audio] jitter: normal -> robust`.
        public var text: String {
            switch change {
            case .added: "+ \(header)"
            case .removed: "- \(header)"
            case .changed(let key, let old, let new):
                "~ \(header) \(key): \(Self.shown(old)) -> \(Self.shown(new))"
            case .otherPSK: "~ \(header) psk: another key in the same place"
            }
        }

        /// Returns the line for another key; the caller has compared the keys, because this module
        /// never reads them.
        public static func otherPSK(of peer: Config.Peer) -> Line {
            Line(header: "[peer \(peer.name)]", change: .otherPSK, needsRestart: false)
        }

        /// Returns the value for people: an empty one, such as the address of a peer that calls us,
        /// would look like a fault.
        private static func shown(_ value: String) -> String {
            value.isEmpty ? "(empty)" : value
        }
    }

    /// Returns every change, in the order of `Config.effective`; none when both configurations mean
    /// the same.
    ///
    /// In each kind of section the changed and removed ones come first, in the order of `old`, then
    /// the added ones. A renamed section counts as removed and added. The order of sections does
    /// not matter.
    public static func between(_ old: Config, _ new: Config) -> [Line] {
        let before = old.effectiveSections
        let after = new.effectiveSections
        var lines: [Line] = []
        var done: [String] = []
        for kind in Config.kinds where !done.contains(kind.name) {
            done.append(kind.name)
            let line = { (section: EffectiveSection, change: Line.Change) in
                Line(header: section.header, change: change, needsRestart: kind.needsRestart)
            }
            for section in before where section.kind == kind.name {
                guard let same = after.first(where: { $0.header == section.header }) else {
                    lines.append(line(section, .removed))
                    continue
                }
                // A setting that is unused in one configuration has no value there.
                for (name, _, _) in kind.settings {
                    let (was, becomes) = (section.value(of: name), same.value(of: name))
                    guard was != becomes else { continue }
                    lines.append(line(section, .changed(key: name, old: was, new: becomes)))
                }
            }
            for section in after where section.kind == kind.name {
                if !before.contains(where: { $0.header == section.header }) {
                    lines.append(line(section, .added))
                }
            }
        }
        return lines
    }
}

extension Config {
    /// Returns these settings, except those that need a restart, which stay as in `running`.
    public func applied(over running: Config) -> Config {
        var config = self
        for kind in Self.kinds where kind.needsRestart { kind.copy(&config, running) }
        return config
    }
}
