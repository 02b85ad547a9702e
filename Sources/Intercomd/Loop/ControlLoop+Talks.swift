internal import Audio
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard

/// What lasts as long as the program that asked for it is there.
extension ControlLoop {
    /// Presses the talk key of a target until its caller hangs up.
    mutating func beginTalk(_ name: String, for place: Int) {
        guard let target = routing.target(named: name) else {
            return server.reply(unknownTarget(name), to: place)
        }
        let reply = press(name, isDown: true)
        server.reply(reply, to: place)
        guard case .ptt = reply else { return }
        let caller = server.keep(place)
        feed { board, _, _ in board.hold(target.id, named: name, for: caller) }
    }

    /// Presses it until `ptt up`, or lets it go for all that hold it.
    mutating func holdTalk(_ name: String, isDown: Bool) -> Reply {
        let reply = press(name, isDown: isDown)
        // Of `reply` the answer names the peer.
        guard isDown, case .ptt(let ptt) = reply,
            let target = routing.target(named: ptt.target)
        else { return reply }
        feed { board, _, _ in board.hold(target.id, named: ptt.target, for: nil) }
        return reply
    }

    /// Ends the page and the talks of callers that are gone: nobody else would.
    mutating func endWhatNobodyHolds() {
        let gone = switchboard.callers.filter { server.hasHungUp($0) }
        guard !gone.isEmpty else { return }
        feed { board, _, _ in board.forget { gone.contains($0) } }
    }
}
