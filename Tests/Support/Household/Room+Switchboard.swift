internal import Audio
internal import Crypto
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What goes into the switchboard, but for what people ask for, and how it is drained.
extension Room {
    static func switchboard(
        _ routing: RoomRouting, firstMids: [UInt32], at now: Instant
    ) -> Switchboard {
        Switchboard(
            station: Station(
                targets: routing.targets, channels: routing.channels, firstMids: firstMids),
            peers: firstMids.count,
            frames: LossProtection.Frames(samples: 480, size: 58, sizeRepeated: 50), at: now)
    }

    /// More orders than this for one input are no end.
    private static let ordersMax = 5_000

    /// Drains the cores until none of them wants anything.
    ///
    /// What they want because of that waits for its turn.
    func doWhatCoresAsk() {
        guard !isDraining else { return }
        isDraining = true
        defer { isDraining = false }
        switchboard.hasCallLamp = settings.hasCallLamp
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

    /// One turn of the control loop.
    func turn() {
        guard isRunning, !house.hasFailed else { return }
        // What is done at one moment may ask for more at that moment, but not for ever.
        for _ in 0..<4 {
            table.tick(at: now)
            switchboard.tick(at: now)
            doWhatCoresAsk()
            followListeners()
            followAnnouncement()
            tellOutcomes()
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

    func secondPassed() {
        reportTraffic()
        for number in numbers.values.sorted() {
            guard let heard = sound.peer(number).lastOpened else { continue }
            switchboard.opened(number, last: heard, at: now)
            doWhatCoresAsk()
        }
        _ = switchboard.looksAtNetwork(hasChanged: false, at: now)
        let talks = talkingSince.keys.sorted().map { listeners(of: $0) }
        switchboard.seek(among: numbers.values.sorted(), talks: talks, at: now)
        doWhatCoresAsk()
        switchboard.know(surroundings)
        switchboard.followSilentListeners(at: now)
        doWhatCoresAsk()
        consent()
        doWhatCoresAsk()
    }

    private func reportTraffic() {
        for number in numbers.values.sorted() {
            let peer = sound.peer(number)
            table.traffic(
                peer: number, sent: peer.slots.currentCounter, lastSent: peer.lastSent,
                lastOpened: peer.lastOpened, lastRefused: peer.lastRefused, at: now)
            if let heard = peer.lastOpened { switchboard.opened(number, at: heard) }
            doWhatCoresAsk()
        }
    }

    /// What peers may do here now.
    func consent() {
        var configured = [Policy](repeating: Policy(), count: Self.capacity)
        for (room, number) in numbers { configured[number] = settings.policy(of: room) }
        let signs = Consent.Signs(
            isSpeakerOpen: sound.hasPlayback, canBeep: settings.canBeep,
            hasTalkLamp: settings.hasTalkLamp)
        rules.looked(isSpeakerOpen: sound.hasPlayback, settings, at: now)
        let policies = switchboard.policies(configured, signs, at: now)
        switchboard.consent(
            to: policies, isDoNotDisturb ? .doNotDisturb : .open,
            isHalfDuplex: settings.isHalfDuplex, at: now)
    }

    var surroundings: Surroundings {
        var around = Surroundings()
        around.peers = numbers.values.sorted()
        for number in 0..<Self.capacity {
            switch switchboard.presence.reach(of: number) {
            case .up: around.up.insert(number)
            case .stale: break
            case .down: around.down.insert(number)
            }
        }
        if !sound.hasCapture {
            around.silence = .microphoneLost
        } else if isMicrophoneMuted {
            around.silence = .microphoneMuted
        }
        around.hasPermitTone = true
        return around
    }

    func listeners(of target: Int) -> PeerSet {
        switchboard.aims.aim(of: target)?.listeners ?? routing.target(target)?.target.listeners
            ?? []
    }

    func judgeAnew() {
        switchboard.know(surroundings)
        switchboard.judgeAnew(at: now)
        doWhatCoresAsk()
    }

    private func tellOutcomes() {
        guard let due = switchboard.ownTalks.deadline, now >= due else { return }
        switchboard.know(surroundings)
        switchboard.tellOutcomes(at: now)
        doWhatCoresAsk()
    }

    private func endWhatNobodyHolds() {
        let gone = switchboard.callers.filter { callers.hasHungUp($0) }
        if !gone.isEmpty {
            switchboard.forget { gone.contains($0) }
            doWhatCoresAsk()
        }
        self.callers.forgetGone()
    }

    private func followListeners() {
        var found: [Doubts.Listener] = []
        for (target, since) in talkingSince.sorted(by: { $0.key < $1.key }) {
            for peer in listeners(of: target) {
                guard let state = table.state(of: peer) else { continue }
                found.append(
                    Doubts.Listener(
                        peer: peer, since: since, opened: sound.peer(peer).lastOpened,
                        sessionSince: state.sessionSince,
                        reported: switchboard.station.view(of: peer).reportAt))
            }
        }
        switchboard.follow(found, at: now)
        doWhatCoresAsk()
    }
}
