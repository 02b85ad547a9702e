internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

extension MediaLoop {
    /// Handles the commands that the control thread has sent since the last turn.
    mutating func handleCommands(_ woken: borrowing Woken) {
        guard woken.commands else { return }
        rings.commandsWaiting.drain()
        while let command = rings.commands.pop() { handle(command) }
        // A command may have moved a virtual key, or replaced them all.
        talkKeys.virtualMoved(at: now)
    }

    private mutating func handle(_ command: consuming MediaCommand) {
        switch consume command {
        case .install(let peer, let session, let endpoint):
            receiver.owners.note(peer)
            socket.peers[peer].nextEndpoint = endpoint
            if let displaced = socket.peers[peer].keySlots.install(session) {
                rings.handBack(.session(displaced))
            }
        case .send(let peer, let index, let payload, let address, let made):
            socket.send(payload, to: peer, onSession: index, address: address, made: made)
        case .answered(let peer, let index, let askedAt, let time):
            socket.peers[peer].keySlots.answered(onIndex: index, askedAt: askedAt, time: time)
        case .cover(let peer): socket.sendCover(to: peer, at: now)
        case .endpoint(let peer, let endpoint):
            socket.peers[peer].endpoint = endpoint
        case .drop(let peer, let index):
            if let session = socket.peers[peer].keySlots.drop(index: index) {
                rings.handBack(.session(session))
            }
        case .hear(let peer, let stream, let hearing, let priority):
            talkers.streams[peer].priorities[Int(stream)] = priority
            talkers.bind(stream, of: peer, to: hearing, at: now)
        case .protect(let peer, let choice):
            socket.peers[peer].protection = choice
            talks.isFrameSizeDue = true
        case .doubt(let peer, let isDoubted): socket.peers[peer].isDoubted = isDoubted
        case .card(let pcm): insert(pcm)
        case .key(let key): insertKey(key.place, key.line)
        case .press(let id, let isDown):
            guard let target = plan.targets.firstIndex(where: { $0.id == id }) else { return }
            let action = talkKeys.virtual[target].handle(.level(isDown: isDown), at: now)
            act(on: action, target: target)
        case .aim(let id, let listeners):
            talks.aim(id, at: listeners, plan, by: &socket, at: now)
        case .chime(let chime): tones.play(chime)
        case .ring(let chime): tones.ring(chime)
        case .beep(let isOn): tones.beep(isOn)
        case .say(let words): speaking.say(words, rings)
        case .endPieces: speaking.endPieces(rings)
        case .announce(let box): beginAnnouncement(box)
        case .announceEnd(let isNow): endAnnouncement(isNow: isNow)
        case .volumes(let volumes): change(volumes)
        case .adopt(let change): adopt(change)
        case .giveUp(let direction):
            giveUp(direction)
            rings.notify(.gaveUp(direction))
        case .quiet:
            isQuiet = true
            for target in talks.spurts.indices { endAtOnce(target) }
            finishAnnouncement()
        case .stop: stop()
        }
    }

    private mutating func change(_ new: MediaVolumes) {
        if new.isMicrophoneMuted, !volumes.isMicrophoneMuted {
            capturePath.beginMute(isRunning: cards.isCapturing)
        }
        volumes = new
    }

    private mutating func stop() {
        for target in talks.spurts.indices { endAtOnce(target) }
        finishAnnouncement()
        for peer in socket.peers.indices {
            while let session = socket.peers[peer].keySlots.dropAny() {
                rings.handBack(.session(session))
            }
        }
        speaking.stop(rings)
        giveUp(.capture)
        giveUp(.playback)
        talkKeys.handBackLines()
        isStopping = true
        rings.notify(.stopped)
    }
}
