internal import Config
internal import Crypto
internal import Peering
internal import Report
internal import Station
internal import Time
internal import Wire

/// Events of peers that come and go, the network, the cards and the processor.
extension Snapshot {
    /// The event that tells people of this; nil where they are told nothing.
    func event(of notice: Notice, at milliseconds: Int) -> Event? {
        var event = Event(.peerUp, at: milliseconds)
        switch notice {
        case .peerUp(let peer):
            guard let session = peers[peer].session else { return nil }
            event.peer = directory[peer].name
            event.detail =
                "suite \(session.suite.rawValue)"
                + (session.hasPSK ? "" : ", no post-quantum authentication")
        case .peerDown(let peer): (event.kind, event.peer) = (.peerDown, directory[peer].name)
        case .peerStale(let peer): (event.kind, event.peer) = (.peerStale, directory[peer].name)
        case .peerHeard(let peer): (event.kind, event.peer) = (.peerHeard, directory[peer].name)
        case .unresolved(let peer, let complaint):
            (event.kind, event.peer) = (.peerUnresolved, directory[peer].name)
            event.detail = complaint
        case .sharedKey(let peer):
            (event.kind, event.peer) = (.sharedKey, directory[peer].name)
            event.detail = sharedKeyFault(of: peer)?.sentence
        case .networkFault(let trouble):
            event.kind = .networkFault
            event.detail = "\(trouble.text) -> \(trouble.fix)"
        case .networkReady: event.kind = .networkReady
        case .xrun(let direction):
            event.kind = .xrun
            event.detail = direction == .capture ? "input" : "output"
        case .stalled:
            event.kind = .audioStalled
            event.detail =
                "the sound card wakes without sound: its driver is at fault; using the timer"
        case .overload:
            event.kind = .overload
            event.detail = "the processor cannot keep up: \(shedText)"
        case .overloadEnd:
            event.kind = .overloadEnd
            event.detail = "the processor keeps up: the sound is whole again"
        case .asleep(let direction):
            event.kind = .audioAsleep
            event.detail = asleep(direction)
        case .awake(let direction):
            event.kind = .audioAwake
            event.detail = awake(direction)
        default: return nil
        }
        return event
    }
}
