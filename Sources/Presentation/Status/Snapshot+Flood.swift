internal import HAL
internal import Session
internal import Time

extension Snapshot {
    /// A flood lasts at least so long; a house whose power returns needs less.
    private static let floodLeast = Duration.seconds(10)
    /// First messages in a second that no house sends, not even when its power returns.
    private static let floodRate = 200

    /// The problem of `status`; nil while there is no flood of handshakes.
    var floodProblem: String? {
        guard let flood, now < flood.until,
            now >= flood.since + Self.floodLeast || flood.perSecond >= Self.floodRate
        else { return nil }
        let source = flood.lastSource.map { ", the last from \(SocketAddress($0))" } ?? ""
        return "handshakes: a flood of first messages (\(flood.perSecond) a second\(source), which "
            + "may be forged): peers still come in and talk goes on, but find the sender, or "
            + "block it"
    }
}
