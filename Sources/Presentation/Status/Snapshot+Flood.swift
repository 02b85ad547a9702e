internal import HAL
internal import Peering
internal import Time

extension Snapshot {
    /// A flood lasts at least so long; a house whose power returns needs less.
    private static let floodLeast = Duration.seconds(10)
    /// First messages in a second that no house sends, not even when its power returns.
    private static let floodRate = 200

    /// The problems of `status`; none while nothing floods.
    var floodProblems: [String] { [handshakeFlood, packetFlood].compactMap { $0 } }

    private var packetFlood: String? {
        let flood = floods.packets
        guard flood.isOn(at: now) else { return nil }
        let effect =
            flood.isLossy(at: now) ? "some of what peers say is lost meanwhile" : "talk goes on"
        return "sound: a flood of packets that peers did not send (\(flood.perSecond) a second): "
            + "\(effect), but find the sender, or block it"
    }

    private var handshakeFlood: String? {
        guard let flood = floods.handshakes, now < flood.until,
            now >= flood.since + Self.floodLeast || flood.perSecond >= Self.floodRate
        else { return nil }
        let source = flood.lastSource.map { ", the last from \(SocketAddress($0))" } ?? ""
        return "handshakes: a flood of first messages (\(flood.perSecond) a second\(source), which "
            + "may be forged): peers still come in and talk goes on, but find the sender, or "
            + "block it"
    }
}
