internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

extension MediaLoop {
    /// Does what the control thread asked for since the last turn.
    mutating func takeCommands(_ woken: borrowing Woken) {
        guard woken.commands else { return }
        rings.commandsWaiting.drain()
        while let command = rings.commands.pop() { take(command) }
        // It may have moved a virtual key, or put others in their place.
        virtualDue = now
    }

    private mutating func take(_ command: consuming MediaCommand) {
        switch consume command {
        case .install(let peer, let keys, let endpoint):
            peersEnd = max(peersEnd, peer + 1)
            peers[peer].nextEndpoint = endpoint
            if let displaced = peers[peer].slots.install(keys) {
                rings.handBack(.session(displaced))
            }
        case .send(let peer, let index, let payload, let address):
            send(payload, to: peer, onSession: index, at: address)
        case .cover(let peer):
            lay(ControlPayload())
            sealAndSend(to: peer, onSession: nil, FrameFlags(kind: .cover), at: nil)
        case .endpoint(let peer, let endpoint):
            peers[peer].endpoint = endpoint
        case .drop(let peer, let index):
            if let keys = peers[peer].slots.drop(index: index) { rings.handBack(.session(keys)) }
        case .hear(let peer, let stream, let hearing, let priority):
            peers[peer].priorities[Int(stream)] = priority
            bind(stream, of: peer, to: hearing)
        case .protect(let peer, let choice):
            peers[peer].protection = choice
            isFrameSizeDue = true
        case .doubt(let peer, let isDoubted): peers[peer].isDoubted = isDoubted
        case .capture(let pcm): takeCapture(pcm)
        case .playback(let pcm): takePlayback(pcm)
        case .key(let place, let line): takeKey(place, line)
        case .press(let id, let isDown):
            guard let target = plan.targets.firstIndex(where: { $0.id == id }) else { return }
            if isDown { endTrial() }
            let action = virtualKeys[target].handle(.level(isDown: isDown), at: now)
            follow(action, target: target)
        case .aim(let id, let listeners): aim(id, at: listeners)
        case .chime(let chime): self.chime(chime)
        case .ring(let chime): ring(chime)
        case .beep(let isOn): beep(isOn)
        case .announce(let box): beginAnnouncement(box)
        case .announceEnd(let isNow): endAnnouncement(isNow: isNow)
        case .watch(let isOn): meters.isWatched = isOn
        case .trial(let id):
            guard let target = plan.targets.firstIndex(where: { $0.id == id }) else {
                return rings.notify(.trialEnded)
            }
            beginTrial(target)
        case .volumes(let volumes): change(volumes)
        case .adopt(let change): adopt(change)
        case .giveUp(.capture):
            giveUpCapture()
            rings.notify(.gaveUp(.capture))
        case .giveUp(.playback):
            giveUpPlayback()
            rings.notify(.gaveUp(.playback))
        case .quiet:
            isQuiet = true
            for target in spurts.indices { endAtOnce(target) }
            finishAnnouncement()
        case .stop: stop()
        }
    }

    private mutating func change(_ new: MediaVolumes) {
        // What was said before, also while it fades, is nobody's: no pre-roll has it.
        if new.isMicrophoneMuted, !volumes.isMicrophoneMuted {
            // Nothing fades in a microphone that rests.
            if !isCapturing { muteFader = Fader(.muted) }
            mutedFrom = microphone.frame(behind: Self.muteSamples + chain.delaySamples)
        }
        volumes = new
    }

    /// Seals control records; on session `index` if given, else on the current one.
    private mutating func send(
        _ payload: ControlPayload, to peer: Int, onSession index: UInt32?,
        at address: SocketAddress?
    ) {
        lay(payload)
        sealAndSend(to: peer, onSession: index, FrameFlags(kind: .control), at: address)
    }

    /// Lays records into the plaintext buffer, zeros after them up to the greatest P.
    mutating func lay(_ payload: ControlPayload) {
        for place in plaintext.indices {
            plaintext[place] = place < ControlPayload.capacity ? payload.bytes[place] : 0
        }
    }

    private mutating func stop() {
        for target in spurts.indices { endAtOnce(target) }
        finishAnnouncement()
        for peer in peers.indices {
            while let keys = peers[peer].slots.dropAny() { rings.handBack(.session(keys)) }
        }
        giveUpCapture()
        giveUpPlayback()
        for place in keys.indices {
            if let line = keys[place].line.take() { rings.handBack(.key(line)) }
        }
        isStopping = true
        rings.notify(.stopped)
    }
}
