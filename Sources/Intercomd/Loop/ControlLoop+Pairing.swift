internal import Config
internal import Files
internal import HAL
internal import Media
internal import Peering
internal import Report
internal import Station
internal import Wire

/// Pairing with another station by a code or by the talk button, which can erase it all, too.
extension ControlLoop {
    /// Lets a pairing go on, and does what it wants.
    mutating func followPairing() {
        if let caller = pairings.caller, server.hasHungUp(caller) { pairings.cancel() }
        if pairings.isSearching {
            pairings.found(neighbourhood.pairings(at: now), on: pairingGround, at: now)
        }
        if pairings.isBusy { pairings.tick(on: pairingGround, at: now) }
        if pairings.hasUnused, settings.canReload(isTakingLeave: cores.table.isTakingLeave) {
            if let asker = pairings.job?.asker { askers.begin(asker, .reload(isCheck: false)) }
            beginReload(for: .pairing)
            askers.end(nil)
        }
        while let order = pairings.nextOrder() {
            switch order {
            case .tell(let report, let caller): server.tell(.pairing(report), to: caller)
            case .say(let outcome): pairingButton.heard(outcome)
            case .answer(let reply, let caller): server.replyLate(reply, to: caller, at: now)
            case .announce(var event):
                event.timeMilliseconds = wall
                announce(event)
            case .lookUp(let address):
                links.resolver.resolve(.init(peer: nil, addresses: [address]))
            case .offer(let port): neighbourhood.offerPairing(port, at: now)
            case .seek(let isSought): neighbourhood.seekPairings(isSought, at: now)
            }
        }
        let place = config.pairingButton
        let front = place.map {
            PairingButton.Front(
                button: config.buttons[$0].name, key: devices.lines.keys[$0],
                hasSpeaker: devices.cards.output.isOpen, ground: pairingGround)
        }
        let told = pairingButton.serve(front, config.sounds, &pairings, by: rings, at: now)
        for detail in told { tell(.keyAction, button: place, detail: "pairing: \(detail)") }
        let eraser = config.resetButton
        let word = resetButton.serve(
            eraser.map { devices.lines.keys[$0] }, hasSpeaker: devices.cards.output.isOpen, config,
            by: writer, at: now)
        if let word {
            pairingButton.say([word], config.sounds, by: rings)
            tell(
                .keyAction, button: eraser,
                detail: "erasing: \(resetButton.problem ?? word.rawValue)")
        }
    }

    var pairingGround: PairingGround {
        PairingGround(
            publicKey: cores.table.publicKey, config: config,
            used: PeerFiles(settings.sources, in: config.paths), folder: facts.folder,
            isOnLAN: neighbourhood.isSearched,
            up: directory.numbers.compactMap { peer in
                if case .up = cores.table.state(of: peer)?.phase {
                    directory.key(of: peer)
                } else {
                    nil
                }
            })
    }
}
