internal import Audio
internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Time

/// Other settings while everything goes on.
///
/// All files are read and checked before anything changes; then what differs is changed, and what
/// is the same does not notice: a peer whose key, psk and suite are as before keeps its number, its
/// session and its sound.
extension ControlLoop {
    /// How long the media loop may take to take the settings over, before that is said.
    private static var patience: Duration { .seconds(1) }

    /// SIGHUP: who sent it reads the journal.
    mutating func reloadBySignal() {
        guard settings.change == nil, settings.pendingReload == nil else {
            // Nobody hears that it must be asked for again.
            settings.owesReload = true
            return
        }
        settings.owesReload = false
        ServiceNotifier.reloading()
        beginReload(for: nil)
    }

    /// Nothing has changed, and the journal says why.
    mutating func refused(_ error: ControlError) {
        let reasons = error.text.split(separator: "\n").joined(separator: "; ")
        tell(.reloadRefused, detail: "settings not changed: \(reasons)")
    }

    /// What a reload would change now.
    func difference() throws(ControlError) -> [ConfigDifference.Line] {
        difference(to: try read().0)
    }

    /// Takes over what the files say now; who asked is answered when it is in use.
    mutating func beginReload(for caller: CallerTicket?) {
        do throws(ControlError) {
            try takeOver(for: caller)
        } catch { answer(.failure(error), to: caller) }
    }

    private mutating func takeOver(for caller: CallerTicket?) throws(ControlError) {
        guard settings.change == nil, settings.pendingReload == nil, !cores.table.isTakingLeave
        else {
            throw ControlError(.busy, "a reload is under way: try again in a second")
        }
        let (files, isUnconfigured) = try read()
        let lines = difference(to: files)
        let config = files.config.applied(over: config)
        settings.isUnconfigured = isUnconfigured
        settings.awaitsRestart = lines.filter { $0.needsRestart }.map { $0.text }
        let former = roster
        changePeers(files, config)
        let routing = Routing(config, roster, after: self.routing)
        devices.lookAtClocks(rings.counters)
        tellMedia(config, routing)
        self.consent()
        let limits = Session.Limits(config.session)
        feed { [roster] board, table, now in
            board.configure(
                peers: roster.numbers, targets: routing.targets, channels: routing.channels,
                at: now)
            table.setLimits(limits, at: now)
        }
        devices.cards.configure(config.audio, rings)
        callMoved(since: former)
        settings.pendingReload = PendingReload(
            caller: caller, lines: lines, warnings: config.warnings, end: now + Self.patience)
    }

    /// The media loop takes the settings over in its next turn, and a goodbye to a peer takes
    /// 40 ms: who asked for the reload finds the settings in use.
    mutating func followReload() {
        guard let reload = settings.pendingReload else { return }
        let isDone = settings.change == nil && !cores.table.isTakingLeave
        guard isDone || now >= reload.end else { return }
        settings.pendingReload = nil
        defer { if settings.owesReload { reloadBySignal() } }
        followMixers()
        guard settings.change == nil else {
            let error = ControlError(
                .failed, "the sound stands still; it takes the settings over when it moves again")
            return answer(.failure(error), to: reload.caller)
        }
        let lines = reload.lines
        for line in lines {
            journal.note(
                .reload, "settings: \(line.text)\(line.needsRestart ? " (at the next start)" : "")")
        }
        for warning in reload.warnings { journal.note(.reload, warning.description) }
        tell(.reload, detail: lines.isEmpty ? "nothing has changed" : "\(lines.count) changed")
        answer(.success(lines), to: reload.caller)
    }

    private mutating func answer(
        _ result: Result<[ConfigDifference.Line], ControlError>, to caller: CallerTicket?
    ) {
        if case .failure(let error) = result { refused(error) }
        guard let caller else { return ServiceNotifier.ready() }
        let reply: Reply =
            switch result {
            case .success(let lines): .reload(Reply.Reload(lines, isCheck: false))
            case .failure(let error): .refused(error)
            }
        server.replyLate(reply, to: caller, at: now)
    }

    private func read() throws(ControlError) -> (StationFiles, isUnconfigured: Bool) {
        do throws(StationFiles.Failure) {
            let (config, isUnconfigured) = try StationFiles.settings(in: facts.folder)
            // Other directories wait for a restart, and so do the keys in them.
            let paths = self.config.paths
            guard !isUnconfigured || settings.isUnconfigured else {
                throw .init(text: "\(facts.folder)/intercomd.conf is not there any more")
            }
            return (try StationFiles(config, in: paths, own: cores.table.publicKey), isUnconfigured)
        } catch {
            throw ControlError(.failed, error.text)
        }
    }

    private func difference(to files: StationFiles) -> [ConfigDifference.Line] {
        var lines = ConfigDifference.between(config, files.config)
        // A psk may be another although the file that names it says the same.
        for (place, peer) in files.config.peers.enumerated() {
            guard let number = cores.table.peer(of: files.keys[place]),
                config.peers.contains(where: { $0.name == peer.name && $0.psk == peer.psk }),
                !cores.table.hasPSK(files.psks[place].key, peer: number)
            else { continue }
            lines.append(.otherPSK(of: peer))
        }
        return lines
    }

    /// Peers that are new, gone, or to be spoken to with other keys.
    private mutating func changePeers(_ files: StationFiles, _ config: Config) {
        var kept: Set<Int> = []
        for (place, key) in files.keys.enumerated() {
            let suite = config.peers[place].cipherSuite
            if let number = cores.table.peer(of: key, psk: files.psks[place].key, suite: suite) {
                kept.insert(number)
            }
        }
        for number in roster.numbers where !kept.contains(number) {
            links.handshakesBefore += cores.table.state(of: number)?.handshakes ?? 0
            feed { board, table, now in
                table.remove(peer: number, at: now)
                board.follow(.left(firstMid: Boot.randomMid()), of: number, at: now)
            }
        }
        var numbers: [Int] = []
        var added: [Int] = []
        for (place, key) in files.keys.enumerated() {
            if let number = cores.table.peer(of: key) {
                numbers.append(number)
                continue
            }
            let number = feed { _, table, now in files.add(place, to: &table, at: now) }
            added.append(number)
            numbers.append(number)
        }
        settings.roster.configure(config.peers, keys: files.keys, numbers: numbers)
        for number in added { welcome(number) }
    }

    /// A number is another peer's now.
    private mutating func welcome(_ number: Int) {
        links.probes[number] = nil
        figures.peers[number] = PeerFigures()
        let traffic = rings.traffic[number]
        figures.packetsBefore.sent += traffic[.sent]
        figures.packetsBefore.opened += traffic[.opened]
        for count in PeerCount.allCases { traffic.set(count, to: 0) }
        feed { board, _, now in
            board.follow(.replaced(firstMid: Boot.randomMid()), of: number, at: now)
        }
    }

    /// The media loop takes these over; it hears too what can be done about the echo.
    mutating func tellMedia(_ config: Config, _ routing: Routing) {
        let handsFree = devices.handsFree(config.audio)
        let ring = RingFile.samples(config.sounds)
        let plan = MediaPlan(config, roster, routing, handsFree, ringtone: ring)
        let sequences = plan.targets.map { _ in Boot.randomSequence() }
        let formerKeys = config.buttons.map { button in
            self.config.buttons.firstIndex { $0.hasLine(of: button) }
        }
        do throws(OpusError) {
            let made = try MediaChange(
                from: self.plan, to: plan, formerKeys: formerKeys, firstSequences: sequences,
                at: now)
            settings.change = PendingChange(config: config, routing: routing, plan: plan)
            rings.tell(.adopt(Box(made)))
        } catch { preconditionFailure("\(error)") }
    }

    /// New addresses are tried at once, and new names asked for.
    private mutating func callMoved(since former: Roster) {
        for number in roster.numbers {
            let isNew = !former.contains(number)
            guard isNew || former[number].addresses != roster[number].addresses else { continue }
            feed { board, _, now in board.follow(.moved, of: number, at: now) }
            resolve(number)
        }
    }

    /// From here on the media loop speaks of the new settings.
    mutating func adopted() {
        guard let change = settings.change, !change.isAdopted else { return }
        settings.change?.isAdopted = true
        settings.config = change.config
        settings.routing = change.routing
        let former = plan
        settings.plan = change.plan
        let hasPermitTone = plan.hasPermitTone
        feed { board, _, _ in board.hasPermitTone = hasPermitTone }
        let isSameFrame =
            former.frameSize == plan.frameSize
            && former.frameSizeRepeated == plan.frameSizeRepeated
            && former.sound.frameSamples == plan.sound.frameSamples
        if !isSameFrame { protectAnew() }
        devices.lines.configure(config)
        devices.noteRelays(config)
        if let name = switchboard.pager.name, routing.target(named: name) == nil {
            feed { board, _, _ in board.endPage() }
        }
        for target in switchboard.talks.targets where routing.target(target) == nil {
            feed { board, _, _ in board.endTalks(to: target, .targetGone) }
        }
        consent()
    }

    /// The settings before have come back.
    mutating func tookBackSettings() {
        // The event says so first, unless it found no room.
        takeEvents()
        adopted()
        settings.change = nil
    }
}
