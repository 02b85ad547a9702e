public import Wire

extension Config {
    /// `[channel NAME]`: a named group to listen and talk to.
    public struct Channel: Equatable, Sendable {
        public enum Members: Equatable, Sendable {
            /// Every configured peer.
            case all
            /// Names of peers; empty only where `isWaiting`.
            case named([String])

            /// Returns whether the list has this name.
            func names(_ name: String) -> Bool {
                if case .named(let names) = self { names.contains(name) } else { false }
            }
        }
        /// Which peers join a channel's call: the first that answers, or all that answer.
        public enum CallMode: String, CaseIterable, Sendable { case hunt, join }

        public internal(set) var name = ""
        public internal(set) var members = Members.all
        public internal(set) var listen = true
        /// Decibels.
        public internal(set) var gain = 0.0
        /// Whether its sound is received but not played.
        public internal(set) var isMuted = false
        /// The priority of this station's voice on the channel.
        public internal(set) var priority = Priority.normal
        public internal(set) var callMode = CallMode.hunt
        /// Whether the channel came with the site, and not from a file of a person.
        public internal(set) var isOfSite = false
        /// Whether the channel is in no file, and exists only because a button names it.
        public internal(set) var isWaiting = false
        public internal(set) var origin = Origin.nowhere
        public internal(set) var membersOrigin = Origin.nowhere

        /// Returns whether this station and the peer of this name hear each other on the channel.
        public func includes(peer: String) -> Bool {
            switch members {
            case .all: true
            case .named(let names): names.contains(peer)
            }
        }
    }
}

extension Config.Channel {
    /// Makes a channel without members, for a button that names it.
    init(waiting name: String, at origin: Origin) {
        self.init()
        (self.name, members, isWaiting) = (name, .named([]), true)
        (self.origin, membersOrigin) = (origin, origin)
    }
}

extension Config.Channel: NamedSection {
    static var settings: [Setting<Self>] {
        [
            Setting("members", membersForm, { $0.members }, { $0.members = $1 })
                .at { $0.membersOrigin = $1 },
            Setting(
                "listen", .words([("yes", true), ("no", false)]),
                { $0.listen }, { $0.listen = $1 }),
            Setting("gain", .gain(), { $0.gain }, { $0.gain = $1 }),
            Setting("mute", .noOrYes, { $0.isMuted }, { $0.isMuted = $1 }),
            Setting("priority", .priority, { $0.priority }, { $0.priority = $1 }),
            Setting("call-mode", .cases, { $0.callMode }, { $0.callMode = $1 }),
        ]
    }

    mutating func begin(_ section: INI.Section) {
        isOfSite = section.role == .site
        membersOrigin = section.origin
    }

    private static var membersForm: Form<Members> {
        let name = Form<String>(["*"]) { $0 == "*" ? .value($0) : parseName($0) }
        let names = name.list(limit: Limits.peers)
        return Form(
            allowed: names.allowed,
            parse: { text in
                names.parse(text).then { found in
                    guard found.contains("*") else { return .value(.named(found)) }
                    return found.count == 1
                        ? .value(.all) : .wrong("* means every peer and must be the only item")
                }
            },
            text: { members in
                switch members {
                case .all: "*"
                case .named(let found): names.text(found)
                }
            })
    }
}

extension Config {
    /// `[call]`: the settings of calls.
    public struct Call: Equatable, Sendable {
        /// How long a call of this station rings.
        public internal(set) var ringTime = Duration.seconds(30)
    }
}

extension Config.Call: ConfigSection {
    static var settings: [Setting<Self>] {
        [
            Setting(
                "ring-time", .time(in: .seconds(1) ... .seconds(30)),
                { $0.ringTime }, { $0.ringTime = $1 })
        ]
    }
}
