internal import Control
internal import Media
internal import Peering

extension Snapshot {
    /// Every counter there is, sound first, then handshakes by cause.
    var counters: [Counter] {
        var found = MediaCount.allCases.compactMap { count in
            count.name.map {
                Counter(name: $0.description, value: Int(media[count]))
            }
        }
        found.append(Counter(.dropped, "full", totals.dataFull))
        found.append(Counter(.dropped, "stray", totals.straysFull))
        for (place, name) in Drop.names.enumerated() {
            let word = name.description.map { $0 == "-" ? "_" : String($0) }.joined()
            found.append(Counter(.handshakeDropped, word, totals.drops[place]))
        }
        var handshakes = totals.handshakesBefore
        for peer in roster.numbers {
            handshakes += peers[peer].session?.handshakes ?? 0
        }
        found.append(Counter(.handshakes, Int(handshakes)))
        found.append(Counter(.handshakeDropped, "full", totals.handshakesFull))
        var (sent, opened) = totals.packetsBefore
        for peer in peers {
            sent += peer.traffic[.sent]
            opened += peer.traffic[.opened]
        }
        found.append(Counter(.packetsSent, Int(sent)))
        found.append(Counter(.packetsOpened, Int(opened)))
        found.append(Counter(.handshakesUnsent, totals.handshakesUnsent))
        found.append(Counter(.handshakeInitiations, Int(totals.initiations.initiations)))
        found.append(Counter(.cookiesSent, Int(totals.initiations.cookiesSent)))
        found.append(Counter(.halfOpenEvicted, Int(totals.initiations.evicted)))
        let discovery = totals.discovery
        found.append(Counter(.discoveryBeacons, discovery.beacons))
        found.append(Counter(.discoveryQuestions, discovery.questions))
        found.append(Counter(.discoveryReceived, discovery.received))
        found.append(Counter(.discoverySightings, discovery.sightings))
        for drop in DiscoveryDrop.allCases {
            found.append(
                Counter(.discoveryDropped, drop.name.description, discovery.drops[drop.rawValue]))
        }
        found.append(Counter(.callersRefused, totals.callersRefused))
        found.append(Counter(.requestsRefused, totals.requestsRefused))
        found.append(Counter(.eventsUntold, totals.eventsUntold))
        found.append(Counter(.levelsUntold, totals.levelsUntold))
        found.append(Counter(.journalSuppressed, totals.journalSuppressed))
        found.append(Counter(.historyLost, totals.historyLost))
        found.append(Counter(.historySetAside, totals.historySetAside))
        found.append(Counter(.hookFailed, totals.hookFailed))
        found.append(Counter(.journalLost, totals.journalLost))
        found.append(Counter(.pairingStrangers, totals.pairingStrangers))
        found.append(Counter(.pairingAttempts, totals.pairingAttempts))
        return found
    }
}
