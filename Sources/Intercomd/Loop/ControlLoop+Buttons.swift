internal import Audio
internal import Config
internal import Files
internal import Media
internal import Report
internal import Station
internal import Time
internal import Wire

/// The control loop carries out the actions of buttons, except talking, and switches relays.
extension ControlLoop {
    /// Carries out a touch of a button as the same request of `intercomctl`.
    mutating func touched(_ place: Int, _ touch: Config.Touch) {
        // A button of the old settings: the `adopted` event was lost because the ring buffer was
        // full.
        guard config.buttons.indices.contains(place) else { return }
        // The presses of this button are digits, and must not switch relays.
        guard place != config.pairingButton else { return }
        if messages.heardBack?.place == place {
            messages.player?.stop(by: "its button")
            messages.heardBack?.pressed(isHeld: touch == .hold, at: now)
            return
        }
        guard let act = config.buttons[place].acts[touch] else { return }
        // The message of this button is about to be heard.
        if case .message = act, messages.spoken?.owner == .button(place) { return }
        if act == .messages, messages.player != nil {
            let name = config.buttons[place].name
            messages.player?.stop(by: "the button \(name)")
            return tell(.keyAction, button: place, detail: act.text)
        }
        let request = Request(act, page: switchboard.pager.name, state: keeper.state)
        let reply: Reply?
        if case .message(let wanted) = request {
            reply = answerMessages(wanted, by: .button(place), user: nil)
        } else {
            reply = answer(request, by: Asker(name: "button \(config.buttons[place].name)"))
        }
        guard case .refused(let error)? = reply else {
            return tell(.keyAction, button: place, detail: act.text)
        }
        switch act {
        case .message, .messages, .replay: rings.tell(.chime(.refusal))
        default: break
        }
        tell(.keyAction, button: place, detail: "\(act.text): \(error.text)")
    }

    /// Switches a relay of this station on; `who` is for the journal.
    ///
    /// - Returns: Nil where there is no such relay.
    mutating func pulse(_ place: Int?, by who: String, peer: Int? = nil) -> Lines.Switched? {
        guard let place else { return nil }
        let relay = config.relays[place]
        let switched = devices.lines.pulse(relay: place, by: who, at: now)
        if let detail = switched.detail(relay, by: who) {
            tell(.relay, peer: peer, target: relay.name, detail: detail)
        }
        return switched
    }
}

extension Request {
    /// Makes the request of `intercomctl` that has the same effect as this button.
    ///
    /// - Parameters:
    ///   - act: The act of the button.
    ///   - page: The target of the page under way, which the same button ends.
    ///   - state: The state that people have set, which the same button resets.
    init(_ act: Config.Act, page: String?, state: SavedState) {
        self =
            switch act {
            case .relay(let name, let peer): .relay(name, peer: peer)
            case .signal(let peer): .signal(peer: peer)
            case .call(let name): .call(name, .call, .normal)
            case .page(let name): .page(name, isDown: page != name, .normal)
            case .message(let peer): .message(.record(peer: peer))
            case .messages: .message(.play(nil))
            case .replay: .replay(peer: nil)
            case .answer: .answer
            case .reject: .reject
            case .hangUp: .hangUp
            case .mute(let what): .state(.mute(what: what, isOn: !state.isMuted(what)))
            case .volume(let step): .state(.volume(.speaker, .by(step)))
            case .doNotDisturb:
                .state(.doNotDisturb(isOn: !state.doNotDisturb.isOn, seconds: nil))
            }
    }
}
