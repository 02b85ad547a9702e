internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report

extension ControlLoop {
    /// Every counter there is, as its owner has it: sound first, then handshakes by cause.
    var counters: [Counter] {
        var counters = MediaCount.allCases.compactMap { count in
            count.name.map { Counter(name: $0.description, value: Int(rings.counters[count])) }
        }
        func add(_ name: CounterName, _ value: Int) { counters.append(Counter(name, value)) }
        func add(_ family: CounterFamily, _ cause: String, _ value: Int) {
            counters.append(Counter(family, cause, value))
        }
        add(.dropped, "full", UDPSocket.overflow(of: facts.dataSocket))
        add(.dropped, "stray", UDPSocket.overflow(of: facts.straySocket))
        for (place, name) in Drop.names.enumerated() {
            let word = name.description.map { $0 == "-" ? "_" : String($0) }.joined()
            add(.handshakeDropped, word, links.drops[place])
        }
        // With those of former peers, which have left or whose number another peer has now.
        var handshakes = links.handshakesBefore
        for peer in directory.numbers { handshakes += cores.table.state(of: peer)?.handshakes ?? 0 }
        add(.handshakes, Int(handshakes))
        add(
            .handshakeDropped, "full",
            UDPSocket.overflow(of: links.socket.fd)
                + UDPSocket.overflow(of: links.initiations.fd))
        var (sent, opened) = figures.packetsBefore
        for peer in 0..<PeerDirectory.capacity {
            sent += rings.traffic[peer][.sent]
            opened += rings.traffic[peer][.opened]
        }
        add(.packetsSent, Int(sent))
        add(.packetsOpened, Int(opened))
        add(.handshakesUnsent, links.unsent)
        let initiations = cores.table.initiationCounts
        add(.handshakeInitiations, Int(initiations.initiations))
        add(.cookiesSent, Int(initiations.cookiesSent))
        add(.halfOpenEvicted, Int(initiations.evicted))
        let discovery = neighbourhood.counts
        add(.discoveryBeacons, discovery.beacons)
        add(.discoveryQuestions, discovery.questions)
        add(.discoveryReceived, discovery.received)
        add(.discoverySightings, discovery.sightings)
        for drop in DiscoveryDrop.allCases {
            add(.discoveryDropped, drop.name.description, discovery.drops[drop.rawValue])
        }
        if let counts = mailbox?.counts {
            add(.rendezvousTold, counts.told)
            add(.rendezvousRefused, counts.forged + counts.stale)
        }
        add(.callersRefused, server.callersRefused)
        add(.requestsRefused, server.requestsRefused)
        add(.eventsUntold, server.eventsUntold)
        add(.levelsUntold, server.levelsUntold)
        add(.journalSuppressed, journal.suppressed)
        add(.historyLost, history.lost)
        add(.historySetAside, history.setAside)
        add(.hookFailed, journal.unhooked)
        add(.journalLost, journal.lost)
        add(.pairingStrangers, pairings.strangers)
        add(.pairingAttempts, pairings.failedAttempts)
        return counters
    }
}
