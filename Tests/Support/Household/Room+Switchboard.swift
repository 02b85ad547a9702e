internal import Audio
internal import Crypto
internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// The turns of the control loop, the one door to the cores, and how they are drained.
extension Room {
    static func switchboard(
        _ routing: RoomRouting, _ known: [Int], firstMids: [UInt32], at now: Instant
    ) -> Switchboard {
        var switchboard = Switchboard(
            known: known, targets: routing.targets, channels: routing.channels,
            firstMids: firstMids,
            frames: LossProtection.Frames(samples: 480, size: 58, sizeRepeated: 50), at: now)
        switchboard.hasPermitTone = true
        return switchboard
    }

    // MARK: The cores

    /// Tells the cores what happened, and does what they want then.
    @discardableResult
    func feed<R>(_ body: (inout Switchboard, inout PeerTable, Instant) -> R) -> R {
        let result = body(&switchboard, &table, now)
        doWhatCoresAsk()
        return result
    }

    /// More orders than this for one input are no end.
    private static let ordersMax = 5_000

    /// Drains the cores until none of them wants anything.
    ///
    /// What they want because of that waits for its turn.
    private func doWhatCoresAsk() {
        guard !isDraining else { return }
        isDraining = true
        defer { isDraining = false }
        for _ in 0..<Self.ordersMax {
            if let order = switchboard.nextDecision() {
                perform(order)
            } else if let action = table.nextAction() {
                perform(action)
            } else if let order = switchboard.nextOrder() {
                perform(order)
            } else {
                if switchboard.nextOrder() != nil {
                    fail("the drain ended before all was done")
                }
                return
            }
        }
        fail("the drain does not end")
    }

    // MARK: Turns

    /// One turn of the control loop: first what has come, then what it is time for.
    func turn(beginsSecond: Bool = false, _ news: () -> Void = {}) {
        guard isRunning, !house.hasFailed else { return }
        knowDevices()
        news()
        // What is done at one moment may ask for more at that moment, but not for ever.
        for round in 0..<4 {
            feed { _, table, now in table.tick(at: now) }
            if beginsSecond, round == 0 { secondPassed() }
            followListeners()
            followAnnouncement()
            // After all news of this turn: what was heard of a talk is judged by them.
            feed { board, _, now in board.tick(at: now) }
            endWhatNobodyHolds()
            rules.look(at: self)
            guard let deadline, deadline <= now else { return arm(deadline) }
        }
        fail("it spins: its deadline stays in the past")
    }

    private var deadline: Instant? {
        let deadlines = [switchboard.deadline, table.deadline]
        return deadlines.compactMap { $0 }.min()
    }

    private func secondPassed() {
        followTraffic()
        followNetwork()
        followKeys()
        knowDevices()
        feed { board, _, now in board.checkMicrophone(at: now) }
        feed { board, _, now in board.secondPassed(at: now) }
        consent()
    }

    // MARK: News

    /// What the switchboard is to know of the lamps and the microphone.
    func knowDevices() {
        let hasLamp = settings.hasCallLamp
        let facts = MicrophoneWatch.Facts(
            isMuted: isMicrophoneMuted, isWanted: true, isOpen: sound.hasCapture,
            isCardMuted: false)
        feed { board, _, now in
            board.hasCallLamp = hasLamp
            board.handle(.microphone(facts, soundAt: now), at: now)
        }
        if signs != switchboard.consent.signs { consent() }
    }

    /// What could tell people here that somebody listens.
    var signs: Consent.Signs {
        Consent.Signs(
            isSpeakerOpen: sound.hasPlayback, canBeep: settings.canBeep,
            hasTalkLamp: settings.hasTalkLamp)
    }

    private func followTraffic() {
        for number in 0..<Self.capacity {
            guard let peer = sound.peers[number] else { continue }
            let opened = peer.lastOpened
            feed { board, table, now in
                table.traffic(
                    peer: number, sent: peer.slots.currentCounter, lastSent: peer.lastSent,
                    lastOpened: opened, lastRefused: peer.lastRefused, at: now)
                if let opened { board.heard(peer: number, at: opened) }
            }
            guard let opened, numbers.values.contains(number) else { continue }
            feed { board, _, now in board.checkPresence(of: number, heardAt: opened, at: now) }
        }
    }

    private func followNetwork() {
        feed { board, _, now in board.handle(.network(nil, loopback: []), at: now) }
    }

    private func followKeys() {
        for number in numbers.values.sorted() {
            feed { board, table, now in
                let isShared = table.sharedKey(of: number, at: now) != nil
                board.updateKey(of: number, isShared: isShared)
            }
        }
    }

    private func followListeners() {
        feed { board, table, now in
            board.checkListeners(at: now) { peer in
                guard let state = table.state(of: peer) else { return nil }
                return (sound.peers[peer]?.lastOpened, state.sessionSince)
            }
        }
    }

    /// What peers may do here now.
    func consent() {
        var configured = [Policy](repeating: Policy(), count: Self.capacity)
        for (room, number) in numbers { configured[number] = settings.policy(of: room) }
        let signs = signs
        rules.looked(isSpeakerOpen: sound.hasPlayback, settings, at: now)
        let availability: Availability = isDoNotDisturb ? .doNotDisturb : .open
        let isHalfDuplex = settings.isHalfDuplex
        feed { [configured, numbers] board, table, now in
            for number in numbers.values.sorted() {
                board.memberNames[number] = table.state(of: number)?.memberName
            }
            board.consent(
                to: configured, signs, availability, isHalfDuplex: isHalfDuplex, at: now)
        }
    }

    private func endWhatNobodyHolds() {
        let gone = switchboard.tickets.filter { callers.hasHungUp($0) }
        if !gone.isEmpty { feed { board, _, _ in board.forget { gone.contains($0) } } }
        callers.forgetGone()
    }
}
