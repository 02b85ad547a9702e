internal import Config
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Realtime
internal import Report
internal import Station
internal import Time
internal import Wire

extension ControlLoop {
    /// Copies the present state of the station from its owners.
    func snapshot() -> Snapshot {
        let found = Snapshot(
            of: config, directory, routing, plan, switchboard, key: cores.table.publicKey, facts,
            at: now)
        found.isUnconfigured = settings.isUnconfigured
        found.awaitsRestart = settings.awaitsRestart
        found.state = stateNow
        for talk in switchboard.openTalks.talks { found.talkingSince[talk.target] = talk.since }
        found.lastEnded = history.lastEnded
        devices.describe(in: found)
        found.soundClock = devices.soundClock(rings.counters)
        found.isCapturing = isCapturing
        found.closedMicrophone = (meters.slow.reading, meters.slow.clips)
        (found.ownHosts, found.networkFault) = (links.ownHosts, links.networkFault)
        found.isLANSearched = neighbourhood.isSearched
        found.searchProblem = neighbourhood.problem
        cores.table.describe(in: found)
        for peer in found.peers.indices {
            found.peers[peer].traffic = Readings(rings.traffic[peer].values)
            found.peers[peer].figures = figures.peers[peer]
            found.peers[peer].isInSite = site.lists(directory[peer])
            found.peers[peer].formerName = site.formerName(of: directory[peer])
        }
        (found.site, found.siteNote) = (site.status(at: now), site.note(at: now))
        (found.broker, found.homeAssistant) = (mailbox?.status, homeAssistant?.status)
        (found.pairing, found.codesRestUntil) = (pairings.status, pairings.core.restEnd(at: now))
        if let copy = pairings.copy(at: now) { found.ownKeyPlace = "at \(copy)" }
        found.putOut = site.former
        // A site that a peer offers identifies these callers once it is joined.
        for caller in cores.table.unknownCallers(at: now) where !site.isOffered(caller.publicKey) {
            var stranger = CallerStatus(caller, at: now)
            stranger.station = site.stationName(of: caller.publicKey)
            stranger.formerStation = site.formerName(of: caller.publicKey)
            found.strangers.append(stranger)
        }
        found.isSoundStill = health.isSoundStill
        found.memoryFault = health.memoryFault
        let relayNote = devices.relayNoteError.map {
            Fault("file", "\(Devices.relayNoteFinding): \($0.finding)", fix: $0.fix)
        }
        let faults = recordings.faults
        found.fileFaults = [
            history.problem, keeper.problem, relayNote, mailbox?.fault(at: now), site.problem,
            messages.problem, homeAssistant?.fault(at: now), settings.fault,
        ].compactMap { $0 }
        found.fileFaults += faults.keys.sorted().compactMap { faults[$0] } + recordings.gaps
        found.recordings = recordingStatus
        found.messageNotes = messages.notes
        found.media = Readings(rings.counters.values)
        return found
    }
}

extension Devices {
    /// Adds cards and lines to a snapshot.
    fileprivate func describe(in found: Snapshot) {
        (found.input, found.output) = (cards.input, cards.output)
        found.keys = lines.keys
        for place in lines.lamps.indices {
            found.lamps.append(
                Status.Lamp(
                    lines.lamps[place].lamp, lines.lamps[place].output.error,
                    isShowing: lines.lamps[place].isShowing))
        }
        for place in lines.relays.indices {
            found.relays.append(
                Status.Relay(
                    lines.relays[place].relay, lines.relays[place].output.error,
                    isOn: lines.relays[place].pulse.isOn))
        }
        found.silentSpeaker = silentSpeaker
        found.silentMicrophone = silentMicrophone
        found.toldVolumes = toldVolumes
        found.clocksApart = clocksApart
    }
}

extension PeerTable {
    /// Adds the sessions' knowledge of peers and callers to a snapshot.
    fileprivate func describe(in found: Snapshot) {
        let now = found.now
        let caller = ownKeySigns.caller(at: now)
        found.ownKeyPlace = caller.map { found.words(for: $0.source) }
        for peer in found.peers.indices {
            found.peers[peer].session = state(of: peer)
            found.peers[peer].downReason = downReason(
                of: peer, hasNetwork: !found.switchboard.downWatch.cutOff.contains(peer),
                isUnresolved: found.switchboard.whereabouts.complaint(of: peer) != nil, at: now)
            found.peers[peer].sharedKey = sharedKey(of: peer, at: now)
            found.peers[peer].reportsOwnKeyShared = ownKeySigns.isReported(by: peer, at: now)
        }
    }
}

extension ControlLoop {
    /// Every counter of every owner: sound first, then handshakes by cause.
    var counters: [Counter] {
        var counters = MediaCount.allCases.compactMap { count in
            count.name.map { Counter(name: $0.description, value: Int(rings.counters[count])) }
        }
        func add(_ name: String, _ value: Int) {
            counters.append(Counter(name: name, value: value))
        }
        add("dropped_full", UDPSocket.overflow(of: facts.dataSocket))
        add("dropped_stray", UDPSocket.overflow(of: facts.straySocket))
        for drop in Drop.allCases {
            add("handshake_dropped_\(drop.rawValue)", links.drops[drop] ?? 0)
        }
        // With the handshakes of former peers.
        var handshakes = links.handshakesBefore
        for peer in directory.numbers { handshakes += cores.table.state(of: peer)?.handshakes ?? 0 }
        add("handshakes", Int(handshakes))
        add(
            "handshake_dropped_full",
            UDPSocket.overflow(of: links.socket.fd)
                + UDPSocket.overflow(of: links.initiations.fd))
        var (sent, opened) = figures.packetsBefore
        for peer in 0..<PeerDirectory.capacity {
            sent += rings.traffic[peer][.sent]
            opened += rings.traffic[peer][.opened]
        }
        add("packets_sent", Int(sent))
        add("packets_opened", Int(opened))
        add("handshakes_unsent", links.unsent)
        add("handshake_initiations", Int(cores.table.initiations))
        add("cookies_sent", Int(cores.table.cookiesSent))
        add("half_open_evicted", Int(cores.table.evictions))
        let discovery = neighbourhood.counts
        add("discovery_beacons", discovery.beacons)
        add("discovery_questions", discovery.questions)
        add("discovery_received", discovery.received)
        add("discovery_sightings", discovery.sightings)
        for drop in DiscoveryDrop.allCases {
            add("discovery_dropped_\(drop.rawValue)", discovery.drops[drop] ?? 0)
        }
        if let counts = mailbox?.counts {
            add("rendezvous_told", counts.told)
            add("rendezvous_refused", counts.forged + counts.stale)
        }
        if let counts = homeAssistant?.counts {
            add("home_assistant_done", counts.accepted)
            add("home_assistant_refused", counts.refused)
        }
        add("callers_refused", server.callersRefused)
        add("requests_refused", server.requestsRefused)
        add("events_untold", server.eventsUntold)
        add("levels_untold", server.levelsUntold)
        add("journal_suppressed", journal.suppressed)
        add("history_lost", history.lost)
        add("history_damaged", history.damaged)
        add("hook_failed", journal.unhooked)
        add("journal_lost", journal.lost)
        add("pairing_strangers", pairings.strangers)
        add("pairing_attempts_failed", pairings.failedAttempts)
        return counters
    }
}
