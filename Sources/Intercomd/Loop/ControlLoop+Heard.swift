internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Session
internal import Station
internal import Switchboard
internal import Wire

/// What the switchboard is asked about this station's own talk.
extension ControlLoop {
    /// While the network is in trouble, a peer may move to an address of this machine.
    mutating func followLoopback() {
        guard let trouble = switchboard.downWatch.networkTrouble else { return }
        let loopback = links.loopback(among: roster.numbers, cores.table)
        feed { board, _, now in board.follow(.network(trouble, loopback: loopback), at: now) }
    }
}
