internal import Config
internal import Control
internal import HAL
internal import Presentation
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What keys ask for besides talking: each by the function that `intercomctl` asks for it by.
extension ControlLoop {
    /// A finger meant something by a key.
    mutating func touched(_ place: Int, _ touch: Config.Touch) {
        // Of other settings, whose coming found no room in the ring.
        guard config.buttons.indices.contains(place) else { return }
        guard let act = config.buttons[place].acts[touch] else { return }
        let name = config.buttons[place].name
        let reply = perform(act, by: "key \(name)")
        guard case .refused(let error) = reply else {
            return tell(.keyAction, button: place, detail: act.text)
        }
        tell(.keyAction, button: place, detail: "\(act.text): \(error.text)")
    }

    private mutating func perform(_ act: Config.Act, by who: String) -> Reply {
        switch act {
        case .relay(let name, nil): switchRelay(name, by: who)
        case .relay(let name, let peer?): askForRelay(name, of: peer)
        case .signal(let peer): signal(peer)
        case .call(let name): callTarget(name)
        case .page(let name): page(name, isDown: switchboard.pager.name != name)
        case .answer: answerCall()
        case .reject: rejectCall()
        case .hangUp: hangUpCall()
        case .mute(let what): answer(StateRequest.mute(what: what, isOn: !isMuted(what)))
        case .volume(let step): answer(StateRequest.volume(.speaker, .by(step)))
        case .doNotDisturb:
            answer(
                StateRequest.doNotDisturb(
                    isOn: !keeper.state.doNotDisturb.isOn, seconds: nil))
        }
    }

    // --- relays ---

    /// Switches a relay of this station on; `who` is for the journal.
    mutating func switchRelay(_ name: String, by who: String, peer: Int? = nil) -> Reply {
        guard let place = config.relays.firstIndex(where: { $0.name == name }) else {
            return unknown("relay", name, known: config.relays.map { $0.name })
        }
        let time = "\(tenths(config.relays[place].pulse)) s"
        switch devices.lines.pulse(relay: place, at: now) {
        case .done:
            tell(.relay, peer: peer, target: name, detail: "on for \(time), by \(who)")
            return .done(Reply.Done("relay \(name) is on for \(time)"))
        case .resting(let isNews):
            let most = RelayPulse.longest.components.seconds
            if isNews {
                tell(.relay, peer: peer, target: name, detail: "refused to \(who): it rests")
            }
            return .refused(
                ControlError(
                    .failed, "relay \(name) was on for \(most) s, the longest there is: it rests"))
        case .failed(let error):
            let reason = error?.description ?? "its line is not open yet"
            tell(.relay, peer: peer, target: name, detail: "not switched for \(who): \(reason)")
            return .refused(ControlError(.failed, "relay \(name): \(reason)"))
        }
    }

    /// A peer's request for the relay of this number, which its policy admits.
    mutating func switchRelay(number: UInt8, for peer: Int) -> RequestResult.Status {
        let found = config.relays.first { RelayNumber.of($0.name) == number }
        guard let name = found?.name else { return .unknown }
        let reply = switchRelay(name, by: "peer \(roster[peer].name)", peer: peer)
        if case .done = reply { return .done }
        return .denied
    }

    /// Asks a peer for one of its relays.
    mutating func askForRelay(_ name: String, of peer: String) -> Reply {
        ask(peer, .relay, RelayNumber.of(name), "relay \(name)")
    }

    private func tenths(_ duration: Duration) -> String {
        let tenths = duration.milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    // --- call lights ---

    /// Lights the call light of a peer.
    mutating func signal(_ peer: String) -> Reply {
        ask(peer, .callLight, 0, "call light")
    }
}
