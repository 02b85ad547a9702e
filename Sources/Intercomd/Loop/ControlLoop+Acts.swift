internal import Config
internal import Control
internal import Files
internal import HAL
internal import Media
internal import Presentation
internal import Station
internal import Time
internal import Wire

/// The control loop carries out the actions of buttons, except talking, and switches relays.
extension ControlLoop {
    /// A finger meant something by a button: the same is done as if `intercomctl` asked for it.
    mutating func touched(_ place: Int, _ touch: Config.Touch) {
        // A button of the old settings: the `adopted` event was lost because the ring buffer was
        // full.
        guard config.buttons.indices.contains(place) else { return }
        // Its presses are digits, and relays are not to follow them.
        guard place != config.pairingButton else { return }
        guard let act = config.buttons[place].acts[touch] else { return }
        let request = Request(act, page: switchboard.pager.name, state: keeper.state)
        let reply = answer(
            request, by: Asker(name: "button \(config.buttons[place].name)"))
        guard case .refused(let error) = reply else {
            return tell(.keyAction, button: place, detail: act.text)
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
