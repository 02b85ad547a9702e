// The checks that need all files.

internal import Wire

extension ConfigReader {
    /// - Parameter main: the file named in the mistake when a section is missing.
    mutating func check(main: String) {
        checkStation(main: main)
        checkPort()
        checkCounts()
        checkNames()
        checkTargets()
        checkLines()
        checkRelays()
        checkRecords()
        checkKeys()
        checkPolicies()
        checkForward()
        checkIntroductions()
        let ordinary = Config.Session()
        if config.session.rekeyAfter < ordinary.rekeyAfter
            || config.session.rekeyPackets < ordinary.rekeyPackets
        {
            warn(config.session.origin, "[session] shortens the life of keys; it is for tests")
        }
    }

    private mutating func checkStation(main: String) {
        // A wrong name is reported already.
        guard !isNamed else { return }
        let begin = config.station.origin
        fail(
            begin.file.isEmpty ? Origin(file: main, line: 1) : begin,
            "[station] name is missing; add: name = kitchen")
    }

    /// Warns of a port below 1024; no mistake, because some systems let every process use it.
    private mutating func checkPort() {
        guard config.network.port < 1024 else { return }
        warn(
            config.network.portOrigin,
            "port: the service may not take \(config.network.port): ports below 1024 are root's;"
                + " take one from 1024 to 65535, such as \(PeerAddress.defaultPort)")
    }

    /// Checks that each name has one meaning: `ptt down house` must not have two.
    private mutating func checkNames() {
        let names =
            config.channels.map {
                ("[channel \($0.name)]", $0.name, $0.origin, ReservedName.meaning(of: $0.name))
            }
            + config.peers.map {
                ("[peer \($0.name)]", $0.name, $0.origin, ReservedName.meaning(ofPeer: $0.name))
            }
        for case (let header, let name, let origin, let meaning?) in names {
            fail(origin, "\(header): \(name) means \(meaning); rename it")
        }
        // This works, but the two look alike on a screen.
        for peer in config.peers where peer.name == config.station.name {
            warn(
                peer.origin,
                "[peer \(peer.name)] has this station's own name; call the peer something else:"
                    + " the name is for this station alone")
        }
        for channel in config.channels {
            guard let peer = config.peers.first(where: { $0.name == channel.name }) else {
                continue
            }
            fail(
                channel.origin,
                "[channel \(channel.name)] has the name of the peer at \(peer.origin); rename one")
        }
    }

    private mutating func checkTargets() {
        let peers = config.peers.map { $0.name }
        let channels = config.channels.map { $0.name }
        for channel in config.channels {
            guard case .named(let names) = channel.members else { continue }
            // This station is a member of all its channels.
            for name in names where !peers.contains(name) && name != config.station.name {
                miss(
                    name, channel.membersOrigin, "members: there is no [peer \(name)]",
                    among: peers)
            }
        }
        for index in config.buttons.indices {
            guard let name = config.buttons[index].talk?.name else { continue }
            if peers.contains(name) {
                config.buttons[index].talk = .peer(name)
            } else if !channels.contains(name) {
                let (origin, key) = (
                    config.buttons[index].talkOrigin, config.buttons[index].talkKey
                )
                let what = "\(key): there is no channel or peer \(quoted(name))"
                guard !waitsForSite(name, origin, what, among: channels + peers) else { continue }
                fail(origin, what, nearestWord(to: name, among: channels + peers))
            }
        }
        checkActs()
    }

    /// Checks that no line is used twice: the kernel would refuse the second use, much later.
    private mutating func checkLines() {
        var used: [(line: String, header: String, origin: Origin)] = []
        let all =
            config.buttons.map { ($0.line, "[button \($0.name)]", $0.lineOrigin) }
            + config.lamps.map { ($0.line, "[lamp \($0.name)]", $0.lineOrigin) }
            + config.relays.map { ($0.line, "[relay \($0.name)]", $0.lineOrigin) }
        for (line, header, origin) in all where !line.isEmpty {
            if let other = used.first(where: { $0.line == line }) {
                let place = "\(other.header) at \(other.origin)"
                fail(origin, "line: \(line) is already the line of \(place)")
            } else {
                used.append((line, header, origin))
            }
        }
    }

    /// Checks that a relay in a policy is a relay of this station.
    private mutating func checkRelays() {
        let relays = config.relays.map { $0.name }
        for policy in [config.policy] + config.policies {
            for name in policy.relay where !relays.contains(name) {
                fail(
                    policy.relayOrigin, "relay: there is no [relay \(name)] here",
                    nearestWord(to: name, among: relays))
            }
        }
    }

    /// Checks that no two peers have one key: they would be one station under two names.
    private mutating func checkKeys() {
        for (index, peer) in config.peers.enumerated() where !peer.key.isEmpty {
            guard let other = config.peers[..<index].first(where: { $0.key == peer.key }) else {
                continue
            }
            fail(peer.keyOrigin, "key: it is already the key of [peer \(other.name)]")
        }
    }

    /// Warns of a missing introducer; no mistake, because a later pairing with that peer brings the
    /// site.
    private mutating func checkIntroductions() {
        guard case .from(let name) = config.site.introductions else { return }
        let peers = config.peers.map { $0.name }
        guard !peers.contains(name) else { return }
        warn(
            config.site.introductionsOrigin,
            "introductions: there is no [peer \(name)] yet, so no site is joined",
            nearestWord(to: name, among: peers))
    }

    /// Warns of a missing peer in `[forward]`; no mistake, as for a policy.
    private mutating func checkForward() {
        let peers = config.peers.map { $0.name }
        for name in config.forward.peers where !peers.contains(name) {
            warn(
                config.forward.origin, "for: there is no [peer \(name)]; pair with it",
                nearestWord(to: name, among: peers))
        }
    }

    /// Warns of a policy without its peer; no mistake, because the peer may be gone, or not paired
    /// yet, and work on other peers must go on.
    private mutating func checkPolicies() {
        let peers = config.peers.map { $0.name }
        for policy in config.policies where !peers.contains(policy.name) {
            warn(
                policy.origin,
                "[policy \(policy.name)] has no effect: there is no [peer \(policy.name)]; pair"
                    + " with it, or remove this section",
                nearestWord(to: policy.name, among: peers))
        }
    }
}
