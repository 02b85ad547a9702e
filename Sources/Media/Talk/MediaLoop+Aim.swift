internal import Realtime
internal import Station
internal import Wire

/// Targets whose listeners come and go while they are spoken to.
extension MediaLoop {
    /// Who hears this aimed target from now on, by its `id`.
    ///
    /// To who comes in the middle of a talkspurt it begins there; who goes is told that it is over.
    mutating func aim(_ id: Int, at listeners: PeerSet) {
        guard let target = plan.targets.firstIndex(where: { $0.id == id && $0.isAimed }) else {
            return
        }
        let gone = spurts[target].listeners.subtracting(listeners)
        spurts[target].listeners = listeners
        guard spurts[target].isTalking || spurts[target].endsLeft > 0 else { return }
        if spurts[target].packets > 0 { sendSpurtEnd(of: target, to: gone) }
        isFrameSizeDue = true
    }
}
